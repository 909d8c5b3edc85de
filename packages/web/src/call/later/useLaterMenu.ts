import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
import type { ButtonProps } from 'react-aria-components';

/** What a menu that is loaded later is opened with. */
export interface OpenedMenu {
  readonly trigger: RefObject<HTMLButtonElement | null>;
  /** Where the focus goes: by keyboard to an entry, else to the menu itself. */
  readonly focus: 'first' | 'last' | true;
  /** `false`: just now it closes. */
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** A button whose menu is loaded later. It behaves as react-aria's `MenuTrigger` does, which would bring every menu along. */
export function useLaterMenu(): {
  readonly opened: OpenedMenu | undefined;
  readonly onClose: () => void;
  readonly button: ButtonProps & { readonly ref: RefObject<HTMLButtonElement | null> };
} {
  const trigger = useRef<HTMLButtonElement>(null);
  const [state, setState] = useState<Pick<OpenedMenu, 'focus' | 'isOpen'>>();
  const open = (focus: OpenedMenu['focus']) => setState({ focus, isOpen: true });
  const onClose = useCallback(
    () => setState((before) => (before === undefined ? undefined : { ...before, isOpen: false })),
    [],
  );
  // A moment longer than it is open: what it opens in turn then gives the focus back to the button, and not to an entry that is gone.
  useEffect(() => {
    if (state?.isOpen === false) setState(undefined);
  }, [state]);
  return {
    opened: state === undefined ? undefined : { ...state, trigger, onClose },
    onClose,
    button: {
      ref: trigger,
      'aria-haspopup': 'menu',
      'aria-expanded': state?.isOpen === true,
      onPress: ({ pointerType }) => open(pointerType === 'keyboard' ? 'first' : true),
      onKeyDown: ({ key }) => {
        if (key === 'ArrowDown') open('first');
        if (key === 'ArrowUp') open('last');
      },
    },
  };
}

/** What a key in the call asks for. */
export type ShortcutAction =
  | 'microphone'
  | 'camera'
  | 'screen'
  | 'layout'
  | 'chat'
  | 'hand'
  | 'shortcuts'
  | 'pushToTalk';

/** The part of a `KeyboardEvent` that decides. */
export interface KeyPress {
  readonly key: string;
  readonly repeat: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Where the focus is: in a field keys are text, on a control the space bar presses it, and a dialog or menu has keys of its own. */
export type KeyPlace = 'page' | 'control' | 'field' | 'overlay';

const KEYS: Readonly<Record<string, ShortcutAction>> = {
  m: 'microphone',
  v: 'camera',
  d: 'screen',
  w: 'layout',
  c: 'chat',
  r: 'hand',
  '?': 'shortcuts',
  ' ': 'pushToTalk',
};

/** Jitsi Meet's shortcuts. Undefined: the key is not ours. */
export function actionOf(press: KeyPress, place: KeyPlace): ShortcutAction | undefined {
  if (press.repeat || press.ctrlKey || press.metaKey || press.altKey) return undefined;
  if (place === 'field' || place === 'overlay') return undefined;
  const key = press.key.toLowerCase();
  const action = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  return action === 'pushToTalk' && place === 'control' ? undefined : action;
}

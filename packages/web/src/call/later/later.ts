/** Where code that is loaded only when it is needed stands. */
export type LaterState<Module> =
  | { readonly name: 'absent' }
  | { readonly name: 'loading' }
  /** The server can't be reached, or it has another version by now. */
  | { readonly name: 'failed' }
  | { readonly name: 'here'; readonly module: Module };

/** Code that is loaded once, and then there for as long as the page. */
export interface Later<Module> {
  readonly getState: () => LaterState<Module>;
  /** Calls back after every change of the state, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Begins to load, also after a failure; nothing happens if it is loading or here. */
  readonly load: () => void;
}

/**
 * `importModule` is a dynamic import. What was loaded is rendered at once and not a moment later, as `React.lazy` does, so nothing
 * flickers when a panel is opened; and a failure is a state, not an exception that would take the meeting off the screen.
 */
export function createLater<Module>(importModule: () => Promise<Module>): Later<Module> {
  const listeners = new Set<() => void>();
  let state: LaterState<Module> = { name: 'absent' };

  function change(next: LaterState<Module>): void {
    state = next;
    for (const listener of listeners) listener();
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load() {
      if (state.name === 'loading' || state.name === 'here') return;
      change({ name: 'loading' });
      importModule().then(
        (module) => change({ name: 'here', module }),
        () => change({ name: 'failed' }),
      );
    },
  };
}

import type { CaptureState } from './capture.ts';
import type { LocalSource, Wish } from './local-source.ts';
import type { ScreenState } from './screen-capture.ts';
import type { LocalDevice, LocalScreen } from './types.ts';

/** What is to be sent of a device. While it is being opened anew (another one was chosen) others are not told that it is muted. */
export function wishOf({ wanted, opening, track }: CaptureState, kind: 'microphone' | 'camera'): Wish {
  return {
    track: wanted || kind === 'microphone' ? track : undefined,
    muted: !wanted || (track === undefined && !opening),
  };
}

/** What the page shows of a device. `sending`: there is a seat, so only what is sent counts as on. */
export function localDevice(
  { wanted, opening, problem, track }: CaptureState,
  source: Pick<LocalSource, 'id' | 'refused' | 'sends'>,
  sending: boolean,
  chosenId: string | undefined,
): LocalDevice {
  const used = wanted ? track : undefined;
  const trouble = problem ?? (source.refused === undefined ? undefined : 'refused');
  const on = used !== undefined && (!sending || source.sends(used));
  const starting = wanted && trouble === undefined && (opening || used !== undefined);
  const status = on ? 'on' : starting ? 'starting' : 'off';
  return {
    wanted,
    status,
    problem: wanted && !on ? trouble : undefined,
    deviceId: track?.getSettings().deviceId ?? chosenId,
    track: used,
    source: source.id,
  };
}

/** What the page shows of one's own screen. */
export function localScreen(
  { wanted, problem, picture, sound }: ScreenState,
  source: Pick<LocalSource, 'id' | 'sends'>,
): LocalScreen {
  const on = picture !== undefined && source.sends(picture);
  return {
    status: on ? 'on' : wanted ? 'starting' : 'off',
    problem,
    track: picture,
    hasSound: sound !== undefined,
    source: source.id,
  };
}

/** The earlier object if nothing in it differs, so that what shows it need not look again. */
export function shared<Value extends object>(before: Value, now: Value): Value {
  const keys = Object.keys(now);
  const same =
    keys.length === Object.keys(before).length &&
    keys.every((key) => Object.is(read(before, key), read(now, key)));
  return same ? before : now;
}

function read(value: object, key: string): unknown {
  return Reflect.get(value, key);
}

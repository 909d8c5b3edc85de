import type { Mutable } from '@treff/protocol';
import type { CaptureState } from './capture.ts';
import type { Devices } from './devices.ts';
import type { LocalSource, Wish } from './local-source.ts';
import type { Outgoing } from './outgoing.ts';
import type { ScreenState } from './screen-capture.ts';
import { NO_MEDIA } from './seat-media.ts';
import type { LocalDevice, LocalMedia, LocalScreen, MeetingState } from './types.ts';

/** What is to be sent of a device. While it is being opened anew (another one was chosen) others are not told that it is muted. */
export function wishOf({ wanted, opening, track }: CaptureState, kind: 'microphone' | 'camera'): Wish {
  return {
    track: wanted || kind === 'microphone' ? track : undefined,
    muted: !wanted || (track === undefined && !opening),
  };
}

/** All that the page shows of what is one's own; what has not changed since `before` is the same object. */
export function localMedia(
  before: LocalMedia | undefined,
  {
    devices,
    screen,
    outgoing,
    sending,
    blocked,
    direct,
    ...rest
  }: {
    readonly devices: Pick<Devices, 'microphone' | 'camera' | 'chosen' | 'lists' | 'speakerId'>;
    readonly screen: ScreenState;
    readonly outgoing: Pick<Outgoing, 'of'>;
    /** There is a seat, so only what is sent counts as on. */
    readonly sending: boolean;
    /** What moderators have to allow first. */
    readonly blocked: readonly Mutable[];
  } & Pick<LocalMedia, 'talkingWhileMuted' | 'mutedAtStart' | 'direct'>,
): LocalMedia {
  const device = (kind: 'microphone' | 'camera') => {
    const source = outgoing.of(kind);
    const now = localDevice(devices[kind], source, sending, devices.chosen(kind), blocked.includes(kind));
    return before === undefined ? now : shared(before[kind], now);
  };
  const shownScreen = localScreen(screen, outgoing.of('screen'), blocked.includes('screen'));
  const local = {
    ...rest,
    microphone: device('microphone'),
    camera: device('camera'),
    screen: before === undefined ? shownScreen : shared(before.screen, shownScreen),
    devices: devices.lists,
    speakerId: devices.speakerId,
    direct: before === undefined ? direct : shared(before.direct, direct),
  };
  return before === undefined ? local : shared(before, local);
}

/** What the page shows of a device. `sending`: there is a seat, so only what is sent counts as on. */
function localDevice(
  { wanted, opening, problem, track }: CaptureState,
  source: Pick<LocalSource, 'id' | 'refused' | 'sends'>,
  sending: boolean,
  chosenId: string | undefined,
  blocked: boolean,
): LocalDevice {
  const used = wanted ? track : undefined;
  const trouble = problem ?? (source.refused === undefined ? undefined : 'refused');
  const on = used !== undefined && (!sending || source.sends(used));
  const starting = wanted && trouble === undefined && (opening || used !== undefined);
  const status = on ? 'on' : starting ? 'starting' : 'off';
  return {
    wanted,
    blocked,
    status,
    problem: wanted && !on ? trouble : undefined,
    deviceId: track?.getSettings().deviceId ?? chosenId,
    track: used,
    source: source.id,
  };
}

/** What the page shows of one's own screen. */
function localScreen(
  { wanted, problem, picture, sound, content }: ScreenState,
  source: Pick<LocalSource, 'id' | 'sends'>,
  blocked: boolean,
): LocalScreen {
  const on = picture !== undefined && source.sends(picture);
  return {
    content,
    blocked,
    status: on ? 'on' : wanted ? 'starting' : 'off',
    problem,
    track: picture,
    hasSound: sound !== undefined,
    source: source.id,
  };
}

/** Of a meeting that has just begun to connect. */
export function stateAtFirst(
  room: string,
  local: LocalMedia,
  qualities: MeetingState['qualities'],
): MeetingState {
  return {
    room,
    phase: { name: 'connecting' },
    conference: undefined,
    earlierEpoch: undefined,
    local,
    ...NO_MEDIA,
    qualities,
    region: undefined,
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

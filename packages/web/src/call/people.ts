import type { LocalMedia, Withheld } from '@treff/client/media';
import { maySend } from '@treff/conference';
import {
  mediaKindOf,
  ownerOf,
  type ConferenceView,
  type Mutable,
  type ParticipantId,
  type Role,
  type SourceId,
  type SourceKind,
  type WithheldReason,
} from '@treff/protocol';

/** A participant as the page shows them. */
export interface Person {
  readonly id: ParticipantId;
  /** As they gave it; may be empty. */
  readonly displayName: string;
  readonly isLocal: boolean;
  readonly role: Role;
  /** Place of their raised hand among all that are up, from 1; absent while it is down. */
  readonly hand: number | undefined;
  readonly interrupted: boolean;
  /** Nothing is heard of them: muted, or without a microphone. */
  readonly silent: boolean;
  /** Their camera, whether on or off. */
  readonly camera: SourceId | undefined;
  /** Something of theirs is seen: their camera, and a screen they share. */
  readonly cameraOn: boolean;
  readonly sharing: boolean;
  /** What to show; absent while the camera is off, or its picture is withheld. */
  readonly picture: MediaStreamTrack | undefined;
  /** Why their picture does not come although the camera is on. */
  readonly withheld: WithheldReason | undefined;
  /** What moderators have to allow before they can switch it on, and what was allowed to them. Both empty while nothing is moderated, and for moderators. */
  readonly blocked: readonly Mutable[];
  readonly allowed: readonly Mutable[];
}

/** A screen that somebody shares. */
export interface Screen {
  /** The same as long as they share, also when what they send is encoded anew, as another source. */
  readonly id: ScreenTileId;
  readonly source: SourceId;
  readonly participant: ParticipantId;
  /** Whose it is; may be empty. */
  readonly displayName: string;
  readonly isLocal: boolean;
  /** Absent until it arrives, and while it is withheld. */
  readonly picture: MediaStreamTrack | undefined;
  /** Why it does not come. */
  readonly withheld: WithheldReason | undefined;
}

export type ScreenTileId = `${ParticipantId}-screen`;

/** What a tile shows: a person, or a screen. The two kinds of ids have nothing in common. */
export type TileId = ParticipantId | ScreenTileId;

/** Nobody shares more than one screen at a time. */
export function screenTile(participant: ParticipantId): ScreenTileId {
  return `${participant}-screen`;
}

/** Whether the tile shows a screen: its id has a hyphen, a participant's has none. */
export function isScreenTile(id: TileId): boolean {
  return id.includes('-');
}

/** A voice or the sound of a screen, to be played. */
export interface Sound {
  readonly source: SourceId;
  readonly participant: ParticipantId;
  readonly kind: SourceKind;
  readonly track: MediaStreamTrack;
}

/** Everybody in the conference, oneself first, the others in order of joining. */
export function peopleOf(
  view: ConferenceView,
  local: Pick<LocalMedia, 'microphone' | 'camera'>,
  tracks: ReadonlyMap<SourceId, MediaStreamTrack>,
  withheldSources: Withheld = {},
): readonly Person[] {
  const sources = Map.groupBy(view.sources, ({ id }) => ownerOf(id));
  const moderated = view.mediaModeration.map(({ kind }) => kind);
  const people = view.participants.map(({ id, displayName, role, connection }): Person => {
    const isLocal = id === view.self;
    const own = sources.get(id) ?? [];
    const hand = view.hands.includes(id) ? view.hands.indexOf(id) + 1 : undefined;
    const sharing = own.some(({ kind, muted }) => kind === 'screen' && !muted);
    const common = {
      id,
      displayName,
      isLocal,
      role,
      hand,
      sharing,
      interrupted: connection === 'interrupted',
      blocked: moderated.filter((kind) => !maySend(view, id, kind)),
      allowed: role === 'moderator' ? [] : moderated.filter((kind) => maySend(view, id, kind)),
    };
    if (isLocal) {
      return {
        ...common,
        silent: local.microphone.status !== 'on',
        camera: local.camera.source,
        cameraOn: local.camera.status === 'on',
        picture: local.camera.status === 'on' ? local.camera.track : undefined,
        withheld: undefined,
      };
    }
    const microphone = own.find(({ kind }) => kind === 'microphone');
    const camera = own.find(({ kind }) => kind === 'camera');
    const shows = camera !== undefined && !camera.muted;
    const withheld = shows ? withheldSources[camera.id] : undefined;
    return {
      ...common,
      silent: microphone === undefined || microphone.muted,
      camera: camera?.id,
      cameraOn: shows,
      picture: shows && withheld === undefined ? tracks.get(camera.id) : undefined,
      withheld,
    };
  });
  return [...people.filter(({ isLocal }) => isLocal), ...people.filter(({ isLocal }) => !isLocal)];
}

/** Raised hands first, in their order; the others as they were. */
export function handsFirst(people: readonly Person[]): readonly Person[] {
  return people.toSorted((one, other) => (one.hand ?? Infinity) - (other.hand ?? Infinity) || 0);
}

/** All shared screens, in the order in which they were. One's own is there once it is sent. */
export function screensOf(
  view: ConferenceView,
  local: Pick<LocalMedia, 'screen'>,
  tracks: ReadonlyMap<SourceId, MediaStreamTrack>,
  withheldSources: Withheld = {},
): readonly Screen[] {
  const names = new Map(view.participants.map(({ id, displayName }) => [id, displayName]));
  return view.sources.flatMap(({ id: source, kind, muted }) => {
    if (kind !== 'screen' || muted) return [];
    const participant = ownerOf(source);
    const id = screenTile(participant);
    const isLocal = participant === view.self;
    // The conference may not know yet that it ended.
    if (isLocal && local.screen.source !== source) return [];
    const withheld = isLocal ? undefined : withheldSources[source];
    const arrived = withheld === undefined ? tracks.get(source) : undefined;
    const picture = isLocal ? local.screen.track : arrived;
    const displayName = names.get(participant) ?? '';
    return [{ id, source, participant, displayName, isLocal, picture, withheld }];
  });
}

/** In which order tiles stand: what others show, the newest first; oneself and what one shows; everybody else. */
export function tileOrder(people: readonly Person[], screens: readonly Screen[]): readonly TileId[] {
  const [self, ...others] = people.map(({ id }) => id);
  const shown = (isLocal: boolean) =>
    screens
      .filter((screen) => screen.isLocal === isLocal)
      .map(({ id }) => id)
      .toReversed();
  return [...shown(false), ...(self === undefined ? [] : [self]), ...shown(true), ...others];
}

/** What can be heard of others. Muted ones stay, silent, so that unmuting needs no new start of playing. */
export function soundsOf(
  view: ConferenceView,
  tracks: ReadonlyMap<SourceId, MediaStreamTrack>,
): readonly Sound[] {
  return view.sources.flatMap(({ id, kind }) => {
    const participant = ownerOf(id);
    const track = tracks.get(id);
    if (track === undefined || participant === view.self || mediaKindOf(kind) !== 'audio') return [];
    return [{ source: id, participant, kind, track }];
  });
}

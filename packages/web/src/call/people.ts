import type { LocalMedia } from '@treff/client/media';
import {
  mediaKindOf,
  ownerOf,
  type ConferenceView,
  type ParticipantId,
  type SourceId,
} from '@treff/protocol';

/** A participant as the page shows them. */
export interface Person {
  readonly id: ParticipantId;
  /** As they gave it; may be empty. */
  readonly displayName: string;
  readonly isLocal: boolean;
  readonly interrupted: boolean;
  /** Nothing is heard of them: muted, or without a microphone. */
  readonly silent: boolean;
  /** Their camera, whether on or off. */
  readonly camera: SourceId | undefined;
  /** What to show; absent while the camera is off. */
  readonly picture: MediaStreamTrack | undefined;
}

/** A voice or the sound of a screen, to be played. */
export interface Sound {
  readonly source: SourceId;
  readonly participant: ParticipantId;
  readonly track: MediaStreamTrack;
}

/** Everybody in the conference, oneself first, the others in order of joining. */
export function peopleOf(
  view: ConferenceView,
  local: Pick<LocalMedia, 'microphone' | 'camera'>,
  tracks: ReadonlyMap<SourceId, MediaStreamTrack>,
): readonly Person[] {
  const sources = Map.groupBy(view.sources, ({ id }) => ownerOf(id));
  const people = view.participants.map(({ id, displayName, connection }): Person => {
    const isLocal = id === view.self;
    const own = sources.get(id) ?? [];
    const common = { id, displayName, isLocal, interrupted: connection === 'interrupted' };
    if (isLocal) {
      return {
        ...common,
        silent: local.microphone.status !== 'on',
        camera: local.camera.source,
        picture: local.camera.status === 'on' ? local.camera.track : undefined,
      };
    }
    const microphone = own.find(({ kind }) => kind === 'microphone');
    const camera = own.find(({ kind }) => kind === 'camera');
    return {
      ...common,
      silent: microphone === undefined || microphone.muted,
      camera: camera?.id,
      picture: camera === undefined || camera.muted ? undefined : tracks.get(camera.id),
    };
  });
  return [...people.filter(({ isLocal }) => isLocal), ...people.filter(({ isLocal }) => !isLocal)];
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
    return [{ source: id, participant, track }];
  });
}

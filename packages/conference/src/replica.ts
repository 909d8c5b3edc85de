import {
  LIMITS,
  ownerOf,
  type ConferenceView,
  type KnockerView,
  type ModeratedKind,
  type ParticipantId,
  type ParticipantView,
  type SourceView,
  type ViewEvent,
} from '@treff/protocol';

/**
 * The viewer's side of a projection: the view after an event. Structure is shared, so that a page re-renders only what changed.
 * An event about somebody or something unknown changes nothing.
 */
export function applyViewEvent(view: ConferenceView, event: ViewEvent): ConferenceView {
  switch (event.type) {
    case 'participant-joined':
      return { ...view, participants: [...view.participants, event.participant] };
    case 'participant-left': {
      const id = event.participant;
      return {
        ...view,
        participants: view.participants.filter((participant) => participant.id !== id),
        sources: view.sources.filter((source) => ownerOf(source.id) !== id),
        speakers: view.speakers.filter((speaker) => speaker !== id),
        hands: view.hands.filter((hand) => hand !== id),
        mediaModeration: view.mediaModeration.map((rule) => withAllowed(rule, id, false)),
      };
    }
    case 'participant-renamed':
      return changeParticipant(view, event.participant, { displayName: event.displayName });
    case 'participant-connection':
      return changeParticipant(view, event.participant, { connection: event.connection });
    case 'participant-role':
      return changeParticipant(view, event.participant, { role: event.role });
    case 'source-added':
      return { ...view, sources: [...view.sources, event.source] };
    case 'source-removed':
      return { ...view, sources: view.sources.filter((source) => source.id !== event.source) };
    case 'source-replaced':
      return {
        ...view,
        sources: [...view.sources.filter(({ id }) => id !== event.replaced), event.source],
      };
    case 'source-muted':
      return changeSource(view, event.source, { muted: event.muted });
    case 'source-blocked':
      return changeSource(
        view,
        event.source,
        event.blocked ? { blocked: true, muted: true } : { blocked: false },
      );
    case 'media-moderated': {
      const others = view.mediaModeration.filter(({ kind }) => kind !== event.kind);
      const mediaModeration = event.on ? [...others, { kind: event.kind, allowed: [] }] : others;
      return { ...view, mediaModeration };
    }
    case 'media-allowed': {
      const { kind, participant, allowed } = event;
      const mediaModeration = view.mediaModeration.map((rule) =>
        rule.kind === kind ? withAllowed(rule, participant, allowed) : rule,
      );
      return { ...view, mediaModeration };
    }
    case 'start-muted-set':
      return { ...view, startMuted: event.startMuted };
    case 'subject-set':
      return { ...view, subject: event.subject };
    case 'dominant-speaker':
      return {
        ...view,
        speakers: [event.participant, ...view.speakers.filter((speaker) => speaker !== event.participant)],
      };
    case 'hand-raised':
      return { ...view, hands: [...view.hands, event.participant] };
    case 'hand-lowered':
      return { ...view, hands: view.hands.filter((hand) => hand !== event.participant) };
    case 'unmute-asked':
      return view;
    case 'message-sent':
      return { ...view, messages: [...view.messages, event.message] };
    case 'messages-dropped': {
      const dropped = new Set(event.messages);
      return { ...view, messages: view.messages.filter(({ id }) => !dropped.has(id)) };
    }
    case 'access-changed':
      return { ...view, access: event.access };
    case 'knocking':
      return { ...view, knocking: event.knocking };
    case 'knocked':
      return { ...view, knocking: [...view.knocking, event.knocker] };
    case 'knock-ended':
      return { ...view, knocking: view.knocking.filter(({ id }) => id !== event.knocker) };
    case 'knocker-connection':
      return changeKnocker(view, event.knocker, () => ({ connection: event.connection }));
    case 'lobby-message':
      return changeKnocker(view, event.knocker, ({ messages }) => ({
        messages: [...messages, event.message].slice(-LIMITS.lobbyMessages),
      }));
    case 'media-route':
      return { ...view, route: event.route };
    case 'codecs-agreed':
      return { ...view, codecs: event.codecs };
  }
}

function changeKnocker(
  view: ConferenceView,
  id: KnockerView['id'],
  difference: (knocker: KnockerView) => Partial<KnockerView>,
): ConferenceView {
  return {
    ...view,
    knocking: view.knocking.map((knocker) =>
      knocker.id === id ? { ...knocker, ...difference(knocker) } : knocker,
    ),
  };
}

function changeParticipant(
  view: ConferenceView,
  id: ParticipantView['id'],
  difference: Partial<ParticipantView>,
): ConferenceView {
  return {
    ...view,
    participants: view.participants.map((participant) =>
      participant.id === id ? { ...participant, ...difference } : participant,
    ),
  };
}

function changeSource(
  view: ConferenceView,
  id: SourceView['id'],
  difference: Partial<SourceView>,
): ConferenceView {
  return {
    ...view,
    sources: view.sources.map((source) => (source.id === id ? { ...source, ...difference } : source)),
  };
}

function withAllowed(rule: ModeratedKind, participant: ParticipantId, allowed: boolean): ModeratedKind {
  if (rule.allowed.includes(participant) === allowed) return rule;
  const others = rule.allowed.filter((id) => id !== participant);
  return { ...rule, allowed: allowed ? [...others, participant] : others };
}

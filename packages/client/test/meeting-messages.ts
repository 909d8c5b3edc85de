import {
  incarnation,
  participantId,
  PROTOCOL_VERSION,
  type ConferenceView,
  type MediaOffer,
  type ServerMessage,
  type TransportParameters,
} from '@treff/protocol';

/** Messages of a server as tests need them, with as little in them as a schema takes. */
export const SELF = participantId.parse('0000000a');
export const OTHER = participantId.parse('0000000b');
const EPOCH = incarnation.parse('0123456789abcdef0123456789abcdef');

export const welcome: ServerMessage = {
  type: 'welcome',
  protocol: PROTOCOL_VERSION,
  room: 'room',
  rtpCapabilities: {},
};

export function view(change: Partial<ConferenceView> = {}): ConferenceView {
  return {
    epoch: EPOCH,
    room: 'room',
    self: SELF,
    route: { mode: 'bridge', move: 1, bridge: true },
    participants: [
      { id: SELF, displayName: 'Ann', role: 'participant', verified: false, connection: 'connected' },
    ],
    sources: [],
    speakers: [],
    hands: [],
    access: { password: false, lobby: false, locked: false },
    knocking: [],
    codecs: { camera: ['VP8'], screen: ['VP8'] },
    mediaModeration: [],
    startMuted: { microphone: false, camera: false },
    subject: '',
    messages: [],
    ...change,
  };
}

export function offer(generation = 1): MediaOffer {
  return { generation, send: transport('send'), receive: transport('receive'), consumers: [] };
}

export function joined(change: Partial<Extract<ServerMessage, { type: 'joined' }>> = {}): ServerMessage {
  return {
    type: 'joined',
    seq: 0,
    view: view(),
    token: 'token-0',
    media: offer(),
    iceServers: { servers: [] },
    ...change,
  };
}

function transport(id: string): TransportParameters {
  return {
    id,
    iceParameters: { usernameFragment: 'fragment', password: 'password', iceLite: true },
    iceCandidates: [],
    dtlsParameters: {
      role: 'auto',
      fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }],
    },
  };
}

/**
 * Every bound of the wire in one place, each with its reason. Both ends read them: the server refuses what is beyond,
 * the client never sends it.
 */
export const LIMITS = {
  /** Bytes of one WebSocket message. A join with the RTP capabilities of a browser is about 12 kB; three times that leaves room. */
  messageBytes: 48 * 1024,
  /** Bytes of the first message (hello), before anything is known of the sender. */
  helloBytes: 4 * 1024,
  /** Milliseconds a fresh socket has to say hello. Long enough for a TLS handshake on a train. */
  helloTimeoutMs: 10_000,
  /** Milliseconds a socket may stay without joining. People stand on the prejoin page for a while; after that the page connects anew. */
  prejoinTimeoutMs: 15 * 60_000,
  /** Messages a socket may send before it has joined: hello, a few refused joins, leave. */
  messagesBeforeJoin: 16,
  /** Token bucket of a joined socket, messages: the burst covers a five-source publish together with constraints of a layout change. */
  messageBurst: 120,
  /** Tokens per second of that bucket. */
  messagesPerSecond: 30,
  /** Protocol errors (malformed or unknown messages) after which a socket is closed, counted within {@link LIMITS.strikeWindowMs}. */
  strikes: 10,
  /** Milliseconds after which a protocol error is forgiven. */
  strikeWindowMs: 60_000,
  /** Characters (UTF-16 code units) of a room name after normalisation. Jitsi's MUC names are bounded by the 1023 bytes of a JID part; people never need that. */
  roomNameLength: 128,
  /** Characters of a display name, as in Jitsi Meet. */
  displayNameLength: 50,
  /** Characters (UTF-16 code units) of a chat message: two pages of text; what is longer is a document. */
  messageLength: 4_000,
  /** Public messages that a conference remembers for those who come later. */
  publicMessages: 500,
  /** Characters of these together: at most 3 bytes each on the wire, so that a joiner's view stays well under a megabyte. */
  publicMessageCharacters: 128 * 1024,
  /** Private messages, sent and received, that a seat remembers. */
  privateMessages: 200,
  /** Characters of these together. */
  privateMessageCharacters: 64 * 1024,
  /** Messages that a seat may send within {@link LIMITS.messagePaceMs}: faster than anybody types, slow enough to read past. */
  messagePace: 10,
  messagePaceMs: 10_000,
  /** Milliseconds of being the dominant speaker after which one's raised hand goes down: longer than a cough or a yes. */
  handSpeakingMs: 5_000,
  /** Characters of the reason for which somebody is removed: a sentence or two. */
  kickReasonLength: 200,
  /** Characters of a conference's password, as people type it. */
  roomPasswordLength: 64,
  /** People who may wait before one conference at a time: a large class that comes early. */
  knocking: 200,
  /** Messages between moderators and one person who waits, and characters of each: a few questions and answers. */
  lobbyMessages: 50,
  lobbyMessageLength: 500,
  /** Milliseconds that somebody may wait for a host or to be let in before the socket has to be opened anew. */
  waitMs: 2 * 60 * 60_000,
  /** Milliseconds for which the rules of a conference are kept after a crash of the server. */
  rulesMs: 10 * 60_000,
  /** Milliseconds after a crash in which nobody is promoted in place of a moderator who has not come back yet. */
  vacancyAfterCrashMs: 2 * 60_000,
  /** Wrong passwords that one address may give for one room: a burst, then one more every {@link LIMITS.passwordPaceMs}. */
  passwordAttempts: 10,
  passwordPaceMs: 30_000,
  /** The same for all addresses together: guessing from many places at once. */
  passwordAttemptsOfRoom: 100,
  passwordPaceOfRoomMs: 3_000,
  /** Joins of one address without a valid seat's token: a school behind one address opens its lessons within this burst. */
  joinBurst: 200,
  joinsPerSecond: 5,
  /** Joins with the token of one seat that do not count for the address: a connection that keeps breaking. */
  returnBurst: 20,
  returnPaceMs: 10_000,
  /** Passwords that one conference may be given: a burst, then one more every `passwordChangePaceMs`. Each costs 20 ms of a core. */
  passwordChanges: 5,
  passwordChangePaceMs: 5_000,
  /** Addresses, and rooms, whose joins and wrong passwords are counted. */
  countedAddresses: 10_000,
  /** Characters of an invitation's secret. */
  invitationLength: 64,
  /** Characters of a meeting's subject: one line above the pictures. */
  subjectLength: 100,
  /** Seats of one conference: what everybody is told of each grows with their number, and beyond this it is an audience. */
  participants: 500,
  /** Sources one endpoint may have at the same time: microphone, camera, screen, screen sound. */
  sourcesPerEndpoint: 4,
  /** Voices of a conference that are forwarded at a time: of more one understands nothing, and a consumer of each at everybody takes memory and time. */
  voices: 12,
  /**
   * Pictures of a conference up to which everybody has consumers of all of them; beyond, of what they show. As many as a page of tiles has in a large window: 25 people
   * have 600 consumers then, and 200 would have 39,800.
   */
  pictures: 25,
  /** Sources one endpoint may ever add in one conference; their ids end in this number. */
  sourceIndex: 9_999,
  /** Sources that one constraints message may name. */
  constraintSources: 500,
  /** Sources that it may call on stage, and selected: nobody looks closely at more. */
  onStageSources: 16,
  selectedSources: 50,
  /** Pixels, the tallest picture anybody may ask for or announce: 8K. */
  maxHeight: 4_320,
  /** Pixels, the widest picture anybody may tell of: 8K. */
  maxWidth: 7_680,
  /** Lines that a cap leaves a camera: fewer are no picture, and more than 4K no camera has. */
  cameraLinesLeast: 180,
  cameraLinesMost: 2_160,
  /** Bits a second that a cap leaves a camera: less is no picture, and 4K in all its sizes takes 15 million. */
  cameraBitrateLeast: 100_000,
  cameraBitrateMost: 20_000_000,
  /** The largest figures of a connection that anybody may tell: a minute, ten gigabits a second, the frames of the fastest screen. */
  figureMs: 60_000,
  figureBitsPerSecond: 10_000_000_000,
  figureFrames: 500,
  /** Characters of a codec's name. */
  codecNameLength: 32,
  /** Milliseconds between two words of a client about its own connection, as long as that is neither better nor worse. */
  connectionTellMs: 10_000,
  /** Milliseconds between two words of the server about whose connection is bad: in a large meeting somebody's always is. */
  connectionSpreadMs: 3_000,
  /** Milliseconds after which the server says that again though nothing changed, because a signal may be lost. */
  connectionRepeatMs: 30_000,
  /** Answers to somebody who looks at statistics: at once to who opens one after the other, in the long run once a second. */
  statisticsBurst: 5,
  statisticsPerSecond: 1,
  /** Milliseconds of silence that belong to what somebody says: a breath, a thought. */
  speechPauseMs: 2_000,
  /** People who left and whose speaking time a conference remembers; beyond that those go first who have spoken least. */
  speakersGone: 500,
  /** Characters of the name that an operator gives to where the server stands. */
  regionLength: 64,
  /** Entries of one seat's outbox; beyond it a resume gets a snapshot. */
  outboxEntries: 1_024,
  /** Bytes of one seat's outbox, serialised. */
  outboxBytes: 1024 * 1024,
  /** Milliseconds a seat is held for a participant whose socket is lost. */
  resumeMs: 30_000,
  /** Bytes that may wait unsent in a socket before it is cut as too slow; the seat then resumes. */
  socketBacklogBytes: 2 * 1024 * 1024,
  /** Milliseconds between the server's WebSocket pings; two unanswered ones cut the socket. */
  pingIntervalMs: 5_000,
  /** Command ids remembered per seat, so that a repeated one does nothing twice. */
  rememberedCommands: 256,
  /** Characters of a command id. */
  commandIdLength: 36,
  /** Characters of a seat's token. The longest room in it, in a script of three bytes a letter, makes about 800. */
  tokenLength: 2_048,
  /** Milliseconds for which a token brings its participant back after a restart: longer than meetings last, so that no meeting is too long to be restored. */
  restoreMs: 24 * 60 * 60_000,
  /** Conferences that one server process holds. */
  conferences: 10_000,
  /** Sockets of one server process that have not joined. */
  unjoinedSockets: 2_000,
  /** Of these, sockets of one address: a school behind one has so many on the prejoin page, and one machine can't shut everybody else out. */
  unjoinedSocketsOfAddress: 1_000,
  /** Codecs, header extensions, encodings in RTP parameters and capabilities. Chromium 156 lists about 40 codecs, 20 extensions. */
  rtpCodecs: 100,
  rtpHeaderExtensions: 64,
  rtpEncodings: 3,
  /** Characters of any short string within RTP parameters (MIME type, URI, CNAME, parameter value). */
  rtpString: 256,
  /** Characters of a session description between two browsers. Chromium's with four sections is about 9,000. */
  sdpLength: 32 * 1024,
  /** ICE candidates of one message, and characters of each (RFC 8839 section 5.1; a host name of mDNS is 36 + 6). */
  iceCandidates: 64,
  iceCandidateLength: 512,
  /** STUN and TURN servers that a client is told of, and characters of an address, a user name and a credential. */
  iceServers: 8,
  iceServerString: 512,
  /** STUN answers to one address (a school behind one needs that many when a lesson begins), and to everybody: more is an attack. */
  stunBurst: 200,
  stunPerSecond: 50,
  stunBurstOfAll: 5_000,
  stunPerSecondOfAll: 2_000,
  /** Addresses whose STUN requests are counted. */
  stunSenders: 4_096,
  /** DTLS fingerprints (RFC 8122 allows several). */
  dtlsFingerprints: 8,
  /** Characters of a JWT. Jitsi's with every claim and an RSA signature are about 1,200; addresses stay below 8,192 with it. */
  jwtLength: 4_096,
  /** Milliseconds by which the clock of who signs tokens may differ from this one. */
  jwtToleranceMs: 30_000,
  /** Milliseconds after the keys of tokens were fetched before an unknown one fetches them again: strangers can name as many as they like. */
  jwksCooldownMs: 30_000,
  /** Milliseconds that the keys of tokens may take to come. */
  jwksTimeoutMs: 5_000,
  /** Characters of an identity's id; a longer one is replaced by its hash. */
  identityIdLength: 256,
  /** Milliseconds that a person may take to sign in at an OpenID provider: to find the phone with the second factor. */
  oidcFlowMs: 10 * 60_000,
  /** Milliseconds that one answer of an OpenID provider may take. */
  oidcTimeoutMs: 10_000,
  /** Milliseconds for which an OpenID provider is taken to be as it described itself. */
  oidcDiscoveryMs: 60 * 60_000,
  /** Characters of an ID token that is kept for signing out: it lives in a cookie, and browsers keep those up to 4,096 bytes. */
  idTokenLength: 2_048,
  /** Characters of the path that somebody returns to after signing in: the longest room name percent-encoded is 1,152. */
  returnPathLength: 2_048,
  /** Bytes of the rules of one running conference, as they are kept for a crash: less than 1,800 for each of `participants`, if all of them were removed with long words. */
  conferenceRecordBytes: 1024 * 1024,
  /** Characters of the name that one signs in with; an email address fits. */
  accountNameLength: 64,
  /** Characters of an account's password: NIST SP 800-63B asks for at least 8, and to take at least 64. */
  accountPasswordShortest: 8,
  accountPasswordLongest: 200,
  /** Attempts to sign in from one address: a school behind one signs in when a lesson begins. */
  signInBurst: 60,
  signInsPerSecond: 0.5,
  /** With one name, from wherever: more than anybody mistypes. */
  signInBurstOfName: 10,
  signInPaceOfNameMs: 30_000,
  /** Altogether: each costs 20 ms of a core and 19 MiB. */
  signInBurstOfAll: 100,
  signInsPerSecondOfAll: 10,
  /** Milliseconds for which one stays signed in. */
  signedInMs: 30 * 24 * 60 * 60_000,
  /** Characters of the cookie's value; browsers drop a cookie of more than 4,096 bytes with its name and attributes. */
  signInCookieLength: 3_800,
  /** Rooms that one person may own, and invitations to one of them that are good at the same time. */
  ownedRooms: 50,
  invitations: 200,
  /** Milliseconds for which an invitation may be good: a school year. */
  invitationMs: 400 * 24 * 60 * 60_000,
  /** Bytes of a request's body. */
  requestBytes: 4 * 1024,
  /** Requests of one person about rooms and invitations: a burst lists and changes all of them once. */
  requestBurst: 120,
  requestsPerSecond: 2,
} as const;

export { AudioSource } from './audio-source.ts';
export { nativeRtpCapabilities } from './capabilities.ts';
export type { MediaSource } from './media-source.ts';
export { NativePeer, type NativePeerOptions } from './native-peer.ts';
export { NativeTransport, openNativeTransports, type NativeTransportOptions } from './native-transport.ts';
export type { ReceivedStream } from './received-stream.ts';
export type { RtpPacket } from './rtp-packet.ts';
export { VideoSource, type VideoLayer, type VideoSourceOptions } from './video-source.ts';
export { readVp8Descriptor, type PictureSize, type Vp8Descriptor } from './vp8.ts';

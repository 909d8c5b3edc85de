/** The VP8 payload descriptor (RFC 7741 section 4.2) with the fields that simulcast and temporal layers need. */
export interface Vp8Descriptor {
  /** The first packet of a frame's first partition. */
  readonly start: boolean;
  /** 15 bits. */
  readonly pictureId?: number;
  /** 8 bits: number of the last frame of the lowest temporal layer. */
  readonly tl0PictureIndex?: number;
  /** 0 to 3, with `layerSync`: whether the frame depends on the lowest layer alone. */
  readonly temporalLayer?: { readonly id: number; readonly layerSync: boolean };
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Bytes of the largest descriptor that {@link writeVp8Descriptor} writes. */
export const VP8_DESCRIPTOR_MAX = 6;

/** Writes a descriptor and returns its length in bytes; the PictureID always takes its 15-bit form. */
export function writeVp8Descriptor(target: Buffer, offset: number, descriptor: Vp8Descriptor): number {
  const { start, pictureId, tl0PictureIndex, temporalLayer } = descriptor;
  const extended =
    (pictureId === undefined ? 0 : 0x80) |
    (tl0PictureIndex === undefined ? 0 : 0x40) |
    (temporalLayer === undefined ? 0 : 0x20);
  let at = target.writeUInt8((extended === 0 ? 0 : 0x80) | (start ? 0x10 : 0), offset);
  if (extended !== 0) at = target.writeUInt8(extended, at);
  if (pictureId !== undefined) at = target.writeUInt16BE(0x8000 | (pictureId & 0x7fff), at);
  if (tl0PictureIndex !== undefined) at = target.writeUInt8(tl0PictureIndex & 0xff, at);
  if (temporalLayer !== undefined) {
    at = target.writeUInt8((temporalLayer.id << 6) | (temporalLayer.layerSync ? 0x20 : 0), at);
  }
  return at - offset;
}

/** Reads the descriptor at the beginning of a payload. Undefined if the payload ends before it does. */
export function readVp8Descriptor(
  payload: Buffer,
): (Vp8Descriptor & { readonly length: number }) | undefined {
  const length = descriptorLength(payload, 0, payload.length);
  if (length < 0) return undefined;
  const start = isStart(payload.readUInt8(0));
  if (length === 1) return { start, length };
  const extended = payload.readUInt8(1);
  let at = 2;
  const result: { -readonly [K in keyof Vp8Descriptor]: Vp8Descriptor[K] } = { start };
  if ((extended & 0x80) !== 0) {
    const long = (payload.readUInt8(at) & 0x80) !== 0;
    result.pictureId = long ? payload.readUInt16BE(at) & 0x7fff : payload.readUInt8(at);
    at += long ? 2 : 1;
  }
  if ((extended & 0x40) !== 0) result.tl0PictureIndex = payload.readUInt8(at++);
  if ((extended & 0x20) !== 0) {
    const byte = payload.readUInt8(at);
    result.temporalLayer = { id: byte >> 6, layerSync: (byte & 0x20) !== 0 };
  }
  return { ...result, length };
}

/** Bytes of a key frame's uncompressed header (RFC 6386 section 9.1). */
export const KEY_FRAME_HEADER = 10;

/**
 * Writes the uncompressed header that a frame begins with: ten bytes for a key frame, three for another. `partition` is the first
 * partition's size in bytes, at most 524,287; width and height are at most 16,383.
 */
export function writeVp8FrameHeader(
  target: Buffer,
  offset: number,
  frame: { readonly keySize: PictureSize | undefined; readonly partition: number },
): number {
  const tag = (frame.keySize === undefined ? 1 : 0) | 0x10 | (frame.partition << 5);
  const at = target.writeUIntLE(tag & 0xff_ffff, offset, 3);
  if (frame.keySize === undefined) return 3;
  target.writeUIntBE(0x9d012a, at, 3);
  target.writeUInt16LE(frame.keySize.width, at + 3);
  target.writeUInt16LE(frame.keySize.height, at + 5);
  return KEY_FRAME_HEADER;
}

/** The picture's size, if this packet is the beginning of a key frame. Allocates nothing for other packets. */
export function vp8KeyFrameSize(buffer: Buffer, offset: number, length: number): PictureSize | undefined {
  if (length < 1 || !isStart(buffer.readUInt8(offset))) return undefined;
  const descriptor = descriptorLength(buffer, offset, length);
  if (descriptor < 0 || descriptor + KEY_FRAME_HEADER > length) return undefined;
  const at = offset + descriptor;
  if ((buffer.readUInt8(at) & 1) !== 0 || buffer.readUIntBE(at + 3, 3) !== 0x9d012a) return undefined;
  return { width: buffer.readUInt16LE(at + 6) & 0x3fff, height: buffer.readUInt16LE(at + 8) & 0x3fff };
}

function isStart(first: number): boolean {
  return (first & 0x17) === 0x10;
}

/** Bytes of the descriptor at `offset`, or -1 if `length` bytes do not hold it. */
function descriptorLength(buffer: Buffer, offset: number, length: number): number {
  if (length < 1) return -1;
  if ((buffer.readUInt8(offset) & 0x80) === 0) return 1;
  if (length < 2) return -1;
  const extended = buffer.readUInt8(offset + 1);
  let size = 2;
  if ((extended & 0x80) !== 0) {
    if (length < 3) return -1;
    size += (buffer.readUInt8(offset + 2) & 0x80) === 0 ? 1 : 2;
  }
  if ((extended & 0x40) !== 0) size += 1;
  if ((extended & 0x30) !== 0) size += 1;
  return size <= length ? size : -1;
}

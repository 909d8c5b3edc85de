/** The VP9 payload descriptor (RFC 9628 section 4.2) in non-flexible mode, with the fields that layers need. */
export interface Vp9Descriptor {
  /** Predicted from earlier pictures; a key picture's layers are not. */
  readonly predicted: boolean;
  /** The first and the last packet of a layer's frame. */
  readonly start: boolean;
  readonly end: boolean;
  /** 15 bits. */
  readonly pictureId: number;
  /** 0 to 7. */
  readonly spatialLayer: number;
  readonly temporalLayer: number;
  /** From here on, higher temporal layers can be decoded. */
  readonly switchingUp: boolean;
  /** Predicted from the layer below. */
  readonly interLayer: boolean;
  /** 8 bits: number of the last picture of the lowest temporal layer. */
  readonly tl0PictureIndex: number;
}

/** Bytes of the descriptor that {@link writeVp9Descriptor} writes. */
export const VP9_DESCRIPTOR = 5;

/** Writes a descriptor, always of {@link VP9_DESCRIPTOR} bytes, without a scalability structure. */
export function writeVp9Descriptor(target: Buffer, offset: number, descriptor: Vp9Descriptor): number {
  const { predicted, start, end, pictureId, interLayer, switchingUp, tl0PictureIndex } = descriptor;
  const flags = 0xa0 | (predicted ? 0x40 : 0) | (start ? 0x08 : 0) | (end ? 0x04 : 0);
  const layers =
    (descriptor.temporalLayer << 5) |
    (switchingUp ? 0x10 : 0) |
    (descriptor.spatialLayer << 1) |
    (interLayer ? 1 : 0);
  let at = target.writeUInt8(flags, offset);
  at = target.writeUInt16BE(0x8000 | (pictureId & 0x7fff), at);
  at = target.writeUInt8(layers, at);
  at = target.writeUInt8(tl0PictureIndex & 0xff, at);
  return at - offset;
}

/** Reads the descriptor at the beginning of a payload. Undefined if it has another form than {@link writeVp9Descriptor} gives it. */
export function readVp9Descriptor(payload: Buffer): Vp9Descriptor | undefined {
  if (payload.length < VP9_DESCRIPTOR) return undefined;
  const flags = payload.readUInt8(0);
  const picture = payload.readUInt16BE(1);
  if ((flags & 0xb0) !== 0xa0 || (picture & 0x8000) === 0) return undefined;
  const layers = payload.readUInt8(3);
  return {
    predicted: (flags & 0x40) !== 0,
    start: (flags & 0x08) !== 0,
    end: (flags & 0x04) !== 0,
    pictureId: picture & 0x7fff,
    spatialLayer: (layers >> 1) & 7,
    temporalLayer: layers >> 5,
    switchingUp: (layers & 0x10) !== 0,
    interLayer: (layers & 1) !== 0,
    tl0PictureIndex: payload.readUInt8(4),
  };
}

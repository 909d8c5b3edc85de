import * as z from 'zod/mini';

const deviceId = z.optional(z.string().check(z.maxLength(512)));
const remembered = z.object({
  microphone: deviceId,
  camera: deviceId,
  speaker: deviceId,
  microphoneOn: z.optional(z.boolean()),
  cameraOn: z.optional(z.boolean()),
});

/** What a person chose in this browser. Stays in it. */
export type RememberedDevices = z.infer<typeof remembered>;

const KEY = 'treff.devices';

/** Never throws: a browser may refuse storage, and then nothing is remembered. */
export function recallDevices(storage: Pick<Storage, 'getItem'> | undefined): RememberedDevices {
  try {
    const parsed = remembered.safeParse(JSON.parse(storage?.getItem(KEY) ?? '{}'));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

export function rememberDevices(
  storage: Pick<Storage, 'setItem'> | undefined,
  devices: RememberedDevices,
): void {
  try {
    storage?.setItem(KEY, JSON.stringify(devices));
  } catch {
    // A full or forbidden storage: the choice holds for this visit only.
  }
}

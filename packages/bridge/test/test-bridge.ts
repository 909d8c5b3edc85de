import {
  type BridgeOptions,
  type Logger,
  type MediasoupBridge,
  createBridge,
  provideWorker,
} from '../src/index.ts';
import { IDLE_GAUGE } from './idle-gauge.ts';

/** Writes what should not happen where a failing test shows it. */
const LOGGER: Logger = {
  debug: () => {},
  info: () => {},
  warn: (details, message) => process.stderr.write(`${message} ${JSON.stringify(details)}\n`),
  // Tests kill workers, which is told as an error.
  error: () => {},
};

/** The mediasoup worker of this machine. */
export async function workerBinary(): Promise<string> {
  // Who names a worker has checked it.
  return process.env['MEDIASOUP_WORKER_BIN'] ?? (await provideWorker()).path;
}

/** A bridge on the machine's own worker. Test files choose ports that differ from each other's. */
export async function testBridge(
  options: Pick<BridgeOptions, 'port' | 'workers'> & Partial<BridgeOptions>,
): Promise<MediasoupBridge> {
  return createBridge({ workerBin: await workerBinary(), logger: LOGGER, gauge: IDLE_GAUGE, ...options });
}

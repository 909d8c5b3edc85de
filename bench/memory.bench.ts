/**
 * What people and meetings take of memory, and what is left when they are gone.
 *
 * `npm run bench -- memory [meetings]`: after some people and meetings were weighed, 500 meetings of two come and go, and then so many more (1,000 is the standard) whose growth counts.
 */
import { runLoadTest, type LoadPlan } from '@treff/loadtest';
import { argument, machineLine, measure, planOf } from './lib/load.ts';
import { growthText, megabytes, weighedServer, type Weight } from './lib/memory.ts';
import { saveResult } from './lib/results.ts';

const AIM_BYTES_OF_PERSON = 60_000;
const AT_ONCE = 100;
/**
 * Meetings that come and go before growth counts: a worker keeps the pages of whatever was there at once, and some more for what does not fit into the gaps, until it has enough of them.
 */
const WARM_UP = 500;
const meetings = argument(0, 1_000, AT_ONCE, 20_000);
/** Nobody sends: it is people that are weighed. */
const SILENT: Partial<LoadPlan> = {
  video: undefined,
  audio: undefined,
  settle: 1,
  duration: 1,
  joinsPerSecond: 100,
};

console.log(`${machineLine()}\n`);
const many = await weightOf({ conferences: 100, participants: 2 });
const few = await weightOf({ conferences: 10, participants: 20 });
// As many people in both.
const meeting = { node: (many.node - few.node) / 90, worker: (many.worker - few.worker) / 90 };
const person = {
  node: (few.node - 10 * meeting.node) / 200,
  worker: (few.worker - 10 * meeting.worker) / 200,
};
const sending = await weightOf({
  conferences: 10,
  participants: 10,
  joinsPerSecond: 50,
  video: { bitrate: 30_000, layers: 3, framesPerSecond: 2 },
  audio: { bitrate: 20_000, packetMs: 20 },
  dtx: true,
});
const ofTen = { node: sending.node / 100, worker: sending.worker / 100 };
console.log(`a meeting: ${kilobytes(meeting)}`);
console.log(`a person who neither sends nor receives: ${kilobytes(person)}`);
console.log(`a person of ten who all send voice and video, meeting included: ${kilobytes(ofTen)}`);
console.log(
  `Node's / aim of ${AIM_BYTES_OF_PERSON / 1_000} kB a person: ${(person.node / AIM_BYTES_OF_PERSON).toFixed(2)} alone, ${(ofTen.node / AIM_BYTES_OF_PERSON).toFixed(2)} among ten`,
);

const course = await comeAndGo();
saveResult('memory', { machine: machineLine(), meeting, person, ofTen, course });

/**
 * What these people and meetings take of a server of their own. They come twice: the first time Node compiles what it had not run as often before, which is nobody's, and the
 * second time the worker's allocator still has the pages of the first.
 */
async function weightOf(changes: Partial<LoadPlan>): Promise<Weight> {
  const weighed = await weighedServer();
  const once = async (): Promise<Weight> => {
    const before = await weighed.weigh();
    let during = before;
    await runLoadTest(planOf(weighed.server, { ...SILENT, ...changes }), {
      async onMeasuring() {
        during = await weighed.weigh();
      },
    });
    return { node: during.node - before.node, worker: during.worker - before.worker };
  };
  try {
    await measure(weighed.server, { ...SILENT, ...changes, conferences: 2, participants: 5 });
    const { worker } = await once();
    const { node } = await once();
    return { node, worker };
  } finally {
    await weighed.stop();
  }
}

/** The weights after each hundred meetings. */
async function comeAndGo(): Promise<Weight[]> {
  const weighed = await weighedServer();
  const weights: Weight[] = [];
  const round = async (): Promise<Weight> => {
    const plan = { ...SILENT, conferences: AT_ONCE, participants: 2, settle: 0 };
    const { people } = (await measure(weighed.server, plan)).report;
    const weight = await weighed.weigh();
    weights.push(weight);
    console.log(
      `${weights.length * AT_ONCE} meetings came and went (${people.stayed} of the last ${people.planned} people stayed): ${megabytes(weight)}`,
    );
    return weight;
  };
  try {
    const cold = await round();
    let before = cold;
    while (weights.length * AT_ONCE < WARM_UP) before = await round();
    console.log(`growth while warming up: ${growthText(cold, before)}`);
    const resources = JSON.stringify(await weighed.resources());
    let after = before;
    while (weights.length * AT_ONCE < WARM_UP + meetings) after = await round();
    console.log(`growth from then on: ${growthText(before, after)}; the aim is at most 5 %`);
    console.log(
      `what keeps Node running: ${resources} before, ${JSON.stringify(await weighed.resources())} after`,
    );
    return weights;
  } finally {
    await weighed.stop();
  }
}

function kilobytes({ node, worker }: Weight): string {
  return `Node ${(node / 1_000).toFixed(1)} kB, worker ${(worker / 1_000).toFixed(1)} kB`;
}

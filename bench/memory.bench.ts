/**
 * What people and meetings take of memory, and what is left when they are gone.
 *
 * `npm run bench -- memory [meetings]`: after some people and meetings were weighed, so many meetings (1,000 is the standard) of two come and go.
 */
import { runLoadTest, type LoadPlan } from '@treff/loadtest';
import { argument, machineLine, measure, planOf } from './lib/load.ts';
import { growthText, megabytes, weighedServer, type Weight } from './lib/memory.ts';
import { saveResult } from './lib/results.ts';

const AIM_BYTES_OF_PERSON = 60_000;
const AT_ONCE = 100;
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

/** What these people and meetings take of a server of their own. */
async function weightOf(changes: Partial<LoadPlan>): Promise<Weight> {
  const weighed = await weighedServer();
  try {
    // Everything is loaded and compiled before anything counts.
    await measure(weighed.server, { ...SILENT, ...changes, conferences: 2, participants: 5 });
    const before = await weighed.weigh();
    let during = before;
    await runLoadTest(planOf(weighed.server, { ...SILENT, ...changes }), {
      async onMeasuring() {
        during = await weighed.weigh();
      },
    });
    return { node: during.node - before.node, worker: during.worker - before.worker };
  } finally {
    await weighed.stop();
  }
}

/** The weights after each hundred meetings. */
async function comeAndGo(): Promise<Weight[]> {
  const weighed = await weighedServer();
  const weights: Weight[] = [];
  const round = { ...SILENT, conferences: AT_ONCE, participants: 2, settle: 0 };
  try {
    await measure(weighed.server, round);
    const before = await weighed.weigh();
    weights.push(before);
    const resources = JSON.stringify(await weighed.resources());
    let after = before;
    for (let gone = AT_ONCE; gone <= meetings; gone += AT_ONCE) {
      const { report } = await measure(weighed.server, round);
      after = await weighed.weigh();
      weights.push(after);
      console.log(
        `${gone} meetings came and went (${report.people.stayed} of ${report.people.planned} people): ${megabytes(after)}`,
      );
    }
    console.log(`growth: ${growthText(before, after)}; the aim is at most 5 %`);
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

import { CLOSE, incarnation, participantId, type ConferenceView } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle, TestMeetings } from './meeting.ts';
import { until } from './test-client.ts';

let meetings: TestMeetings;

beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => meetings.logger.assertNoErrors());

/** Three people in one room; Ann was the first. */
async function three() {
  return [await meetings.joined('Ann'), await meetings.joined('Bo'), await meetings.joined('Cy')] as const;
}

describe('a moderator', () => {
  const moderators = (client: { view: ConferenceView | undefined }) =>
    client.view?.participants.flatMap(({ displayName, role }) => (role === 'moderator' ? displayName : []));

  async function again(name: string, restore: string) {
    const client = await meetings.greeted();
    client.join(name, undefined, restore);
    await until(() => client.view !== undefined, 'joined');
    return client;
  }

  it('makes others moderators, and nobody else does', async () => {
    const [ann, bo, cy] = await three();
    const early = bo.command({ type: 'grant-moderator', participant: bo.id });
    ann.command({ type: 'grant-moderator', participant: bo.id });
    await settle();
    const late = cy.command({ type: 'revoke-moderator', participant: ann.id });
    await settle();
    expect(bo.results.get(early)).toBe('permission/denied');
    expect(cy.results.get(late)).toBe('permission/denied');
    for (const each of [ann, bo, cy]) expect(moderators(each)).toEqual(['Ann', 'Bo']);
    expect(cy.messages).toContainEqual(
      expect.objectContaining({
        event: { type: 'participant-role', participant: bo.id, role: 'moderator', by: ann.id },
      }),
    );
  });

  it('who loads the page again is one again, once; whoever left on purpose has passed it on', async () => {
    const [ann, bo] = await three();
    const { token } = ann;
    ann.send({ type: 'leave', unload: true });
    await settle();
    expect(moderators(bo)).toEqual([]);
    const back = await again('Ann', token);
    expect(moderators(back)).toEqual(['Ann']);
    await again('Ann 2', token);
    expect(moderators(bo)).toEqual(['Ann']);
    back.send({ type: 'leave' });
    await settle();
    expect(moderators(bo)).toEqual(['Bo']);
  });

  it('whose socket ends as that of a closed page may come back, too', async () => {
    const [ann, bo] = await three();
    ann.line.close(CLOSE.goingAway);
    await settle();
    expect([bo.names, moderators(bo)]).toEqual([['Bo', 'Cy'], []]);
    expect(moderators(await again('Ann', ann.token))).toEqual(['Ann']);
  });

  it('is one after a restart of the server, with what was granted and revoked since the join', async () => {
    const [ann, bo, cy] = await three();
    ann.command({ type: 'grant-moderator', participant: cy.id });
    await settle();
    cy.command({ type: 'revoke-moderator', participant: ann.id });
    await settle();
    const { clock } = meetings;
    meetings = new TestMeetings({
      makeIncarnation: () => incarnation.parse('f'.repeat(32)),
      makeParticipantId: () => participantId.parse('ffffffff'),
    });
    meetings.clock.advance(clock.now());
    await again('Bo', bo.token);
    await again('Ann', ann.token);
    const last = await again('Cy', cy.token);
    expect(moderators(last)).toEqual(['Cy']);
  });

  it('of a meeting that is over is nobody in the next one', async () => {
    const ann = await meetings.joined('Ann');
    ann.send({ type: 'leave', unload: true });
    await settle();
    const bo = await meetings.joined('Bo');
    await again('Ann', ann.token);
    expect(moderators(bo)).toEqual(['Bo']);
  });
});

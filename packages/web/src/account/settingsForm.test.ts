import { LIMITS, USUAL_SETTINGS, type RoomSettings } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { formOf, readForm, resolutionChoices, type SettingsForm } from './settingsForm.ts';

const FULL: RoomSettings = {
  lobby: true,
  moderators: 'authenticated',
  startMuted: { microphone: true, camera: false },
  maxParticipants: 12,
  resolution: 480,
  videoBitrate: 800_000,
  notBefore: new Date(2026, 4, 1, 8, 0, 30).getTime(),
  notAfter: new Date(2026, 4, 1, 18, 0).getTime(),
};

function read(part: Partial<SettingsForm>, settings: RoomSettings = USUAL_SETTINGS) {
  return readForm({ ...formOf({ room: 'tea', settings, hasPassword: true }), ...part }, settings);
}

describe('the form of a room', () => {
  it('that nobody touched changes nothing', () => {
    for (const settings of [USUAL_SETTINGS, FULL])
      expect(read({}, settings)).toEqual({ change: { settings } });
  });

  it('sets the password, takes it away, or leaves it as it is', () => {
    const settings = USUAL_SETTINGS;
    expect(read({ passwordChoice: 'set', password: ' 12 ' })).toEqual({
      change: { settings, password: ' 12 ' },
    });
    expect(read({ passwordChoice: 'remove', password: 'typed' })).toEqual({
      change: { settings, password: null },
    });
    expect(read({ passwordChoice: 'keep', password: 'typed' })).toEqual({ change: { settings } });
  });

  it('wants a password if one is to be set', () => {
    expect(read({ passwordChoice: 'set' })).toEqual({ problem: 'password' });
    expect(read({ passwordChoice: 'set', password: 'x'.repeat(LIMITS.roomPasswordLength + 1) })).toEqual({
      problem: 'password',
    });
  });

  it('offers the usual heights of cameras, and the one that the room has', () => {
    const usual = ['', '180', '360', '480', '720', '1080'];
    expect(resolutionChoices(FULL)).toEqual(usual);
    expect(resolutionChoices({ ...FULL, resolution: 2_160 })).toEqual([...usual, '2160']);
  });

  it('lifts limits that were emptied', () => {
    const { maxParticipants: _, resolution: __, notBefore: ___, notAfter: ____, ...rest } = FULL;
    expect(read({ maxParticipants: ' ', resolution: '', notBefore: '', notAfter: '' }, FULL)).toEqual({
      change: { settings: rest },
    });
  });

  it.each(['0', '2.5', '-3', 'many', '1e9', String(LIMITS.participants + 1)])(
    'takes no %s participants',
    (maxParticipants) => {
      expect(read({ maxParticipants })).toEqual({ problem: 'maxParticipants' });
    },
  );

  it('does not end before it begins', () => {
    const notBefore = '2026-05-01T10:00';
    expect(read({ notBefore, notAfter: notBefore })).toEqual({ problem: 'notAfter' });
    expect(read({ notBefore, notAfter: '2026-05-01T09:59' })).toEqual({ problem: 'notAfter' });
    expect(read({ notBefore, notAfter: '2026-05-01T10:01' })).toHaveProperty('change');
  });
});

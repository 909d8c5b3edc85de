import type { ConferenceView } from '@treff/protocol';
import type { TFunction } from 'i18next';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { presenceOf, trafficBetween, type Presence } from './arrivals.ts';

/** Milliseconds in which arrivals are gathered into one message: a class that comes in is one line, not thirty. */
const GATHER_MS = 1200;
/** Milliseconds for which a message stays. */
const STAY_MS = 5000;

/** What to say about who came and went lately; empty most of the time. */
export function useTraffic(view: ConferenceView): readonly string[] {
  const { t } = useTranslation();
  const told = useRef<{ epoch: string; presence: Presence }>(undefined);
  const [messages, setMessages] = useState<readonly string[]>([]);

  useEffect(() => {
    const presence = presenceOf(view.participants, view.self);
    // Whoever is there when one comes is no news, nor when the conference began anew under us.
    if (told.current?.epoch !== view.epoch) told.current = { epoch: view.epoch, presence };
    const { joined, left } = trafficBetween(told.current.presence, presence);
    if (joined.length === 0 && left.length === 0) return undefined;
    const timer = setTimeout(() => {
      told.current = { epoch: view.epoch, presence };
      setMessages([sayJoined(t, joined), sayLeft(t, left)].filter((message) => message !== undefined));
    }, GATHER_MS);
    return () => clearTimeout(timer);
  }, [view.participants, view.self, view.epoch, t]);

  useEffect(() => {
    if (messages.length === 0) return undefined;
    const timer = setTimeout(() => setMessages([]), STAY_MS);
    return () => clearTimeout(timer);
  }, [messages]);
  return messages;
}

function sayJoined(t: TFunction, names: readonly string[]): string | undefined {
  const [name, other] = names.map((one) => (one === '' ? t('call.guest') : one));
  if (name === undefined) return undefined;
  if (other === undefined) return t('notice.joined', { name });
  return names.length === 2
    ? t('notice.joinedTwo', { name, other })
    : t('notice.joinedMany', { count: names.length });
}

function sayLeft(t: TFunction, names: readonly string[]): string | undefined {
  const [name, other] = names.map((one) => (one === '' ? t('call.guest') : one));
  if (name === undefined) return undefined;
  if (other === undefined) return t('notice.left', { name });
  return names.length === 2
    ? t('notice.leftTwo', { name, other })
    : t('notice.leftMany', { count: names.length });
}

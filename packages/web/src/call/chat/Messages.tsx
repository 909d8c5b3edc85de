import type { MessageView, ParticipantId } from '@treff/protocol';
import { ArrowDown, Lock } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useName } from '../floor/useName.ts';
import styles from './chat.module.css';
import { groupsOf } from './groups.ts';
import { piecesOf } from './links.ts';

/** Pixels from the end within which one still reads the newest. */
const NEAR_END = 48;

interface MessagesProps {
  readonly messages: readonly MessageView[];
  readonly self: ParticipantId;
}

/** The conversation. It follows the newest message unless the person has scrolled up to read. */
export function Messages({ messages, self }: MessagesProps) {
  const { t } = useTranslation();
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [hint, setHint] = useState(false);
  const newest = messages.at(-1);
  const groups = useMemo(() => groupsOf(messages), [messages]);

  useLayoutEffect(() => {
    if (newest === undefined) return;
    if (atEnd.current || newest.from === self) toEnd(log.current);
    else setHint(true);
  }, [newest, self]);

  function onScroll() {
    const { current } = log;
    if (current === null) return;
    atEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_END;
    if (atEnd.current) setHint(false);
  }

  return (
    <div className={styles.history}>
      {/* Scrolled by keyboard, too. */}
      <div
        ref={log}
        className={styles.log}
        role="log"
        aria-label={t('chat.messages')}
        tabIndex={0}
        onScroll={onScroll}
      >
        {groups.length === 0 ? <p className={styles.empty}>{t('chat.nothingYet')}</p> : null}
        {groups.map((group) => (
          <Group key={group[0].id} group={group} self={self} />
        ))}
      </div>
      {hint ? (
        <button type="button" className={styles.hint} onClick={() => toEnd(log.current)}>
          <ArrowDown size="1rem" aria-hidden />
          {t('chat.newMessages')}
        </button>
      ) : null}
    </div>
  );
}

interface GroupProps {
  readonly group: readonly [MessageView, ...MessageView[]];
  readonly self: ParticipantId;
}

function Group({ group, self }: GroupProps) {
  const { t, i18n } = useTranslation();
  const nameOf = useName();
  const [{ from, name, to, at }] = group;
  const time = new Date(at);
  const clock = new Intl.DateTimeFormat(i18n.language, { hour: 'numeric', minute: '2-digit' });
  const isOwn = from === self;
  return (
    <article
      className={styles.group}
      data-own={isOwn || undefined}
      data-private={to === undefined ? undefined : ''}
    >
      <header>
        <strong>
          <bdi>{isOwn ? t('call.youWithoutName') : nameOf({ displayName: name, isLocal: false })}</bdi>
        </strong>
        <time dateTime={time.toISOString()} title={time.toLocaleString(i18n.language)}>
          {clock.format(time)}
        </time>
      </header>
      {to === undefined ? null : (
        <p className={styles.privacy}>
          <Lock size="0.875rem" aria-hidden />
          {isOwn
            ? t('chat.privateTo', { name: nameOf({ displayName: to.name, isLocal: false }) })
            : t('chat.privateToYou')}
        </p>
      )}
      {group.map(({ id, text }) => (
        <p key={id} className={styles.text} dir="auto">
          {piecesOf(text).map((piece, index) =>
            piece.href === undefined ? (
              piece.text
            ) : (
              <a
                key={index}
                href={piece.href}
                title={piece.href}
                target="_blank"
                rel="noopener noreferrer nofollow"
              >
                {piece.text}
              </a>
            ),
          )}
        </p>
      ))}
    </article>
  );
}

function toEnd(element: HTMLElement | null): void {
  element?.scrollTo({ top: element.scrollHeight });
}

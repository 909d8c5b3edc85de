import { Lock, LockOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../people.ts';

/** Beside somebody's name: what they need a moderator's leave for, or have it for. Nothing while nothing is moderated. */
export function LeaveMark({ person: { blocked, allowed } }: { readonly person: Person }) {
  const { t, i18n } = useTranslation();
  const listed = (kinds: Person['blocked']) =>
    new Intl.ListFormat(i18n.language, { type: 'unit' }).format(kinds.map((kind) => t(`leave.kind.${kind}`)));
  if (blocked.length > 0) {
    const label = t('leave.needs', { kinds: listed(blocked) });
    return <Lock size="1.125rem" role="img" aria-label={label} />;
  }
  if (allowed.length === 0) return null;
  return <LockOpen size="1.125rem" role="img" aria-label={t('leave.has', { kinds: listed(allowed) })} />;
}

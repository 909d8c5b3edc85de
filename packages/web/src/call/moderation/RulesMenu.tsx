import type { ConferenceView } from '@treff/protocol';
import { Check, MonitorX, ShieldCheck, VideoOff } from 'lucide-react';
import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';
import menus from '../toolbar/Toolbar.module.css';
import styles from './moderation.module.css';
import { ALLOWED, COMING_IN, isTicked, toggled, type Rule } from './rules.ts';

/** What is switched off for everybody else at once; each may switch it on again, unless a rule forbids it. */
const NOW = [
  { kind: 'camera', icon: VideoOff },
  { kind: 'screen', icon: MonitorX },
] as const;

/** What everybody may do without asking, how people come in, and what ends at once. For moderators. */
export function RulesMenu() {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const view = useMeetingState((state) => state.conference);
  if (view === undefined) return null;
  return (
    <MenuTrigger>
      <Button className={styles.plain ?? ''}>
        <ShieldCheck size="1.125rem" aria-hidden />
        {t('rules.title')}
      </Button>
      <Popover className={menus.menu ?? ''} placement="bottom" offset={4}>
        <Menu aria-label={t('rules.title')}>
          <Rules title={t('rules.allow')} rules={ALLOWED} view={view} />
          <Rules title={t('rules.comeIn')} rules={COMING_IN} view={view} />
          <MenuSection>
            <Header className={menus.menuHeader}>{t('rules.now')}</Header>
            {NOW.map(({ kind, icon: Icon }) => (
              <MenuItem
                key={kind}
                className={menus.menuItem ?? ''}
                textValue={t(`rules.stop.${kind}`)}
                onAction={() => void meeting.ask({ type: 'mute-everyone', kind })}
              >
                <Icon size="1.125rem" aria-hidden />
                <span>{t(`rules.stop.${kind}`)}</span>
              </MenuItem>
            ))}
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

interface RulesProps {
  readonly title: string;
  readonly rules: readonly Rule[];
  readonly view: ConferenceView;
}

function Rules({ title, rules, view }: RulesProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  return (
    <MenuSection
      selectionMode="multiple"
      selectedKeys={rules.filter((rule) => isTicked(rule, view)).map(keyOf)}
      onSelectionChange={(keys) => {
        for (const rule of rules)
          if (isTicked(rule, view) !== (keys === 'all' || keys.has(keyOf(rule))))
            void meeting.ask(toggled(rule, view));
      }}
    >
      <Header className={menus.menuHeader}>{title}</Header>
      {rules.map((rule) => (
        <MenuItem
          key={keyOf(rule)}
          id={keyOf(rule)}
          className={menus.menuItem ?? ''}
          textValue={t(keyOf(rule))}
        >
          {({ isSelected }) => (
            <>
              <Check size="1.125rem" aria-hidden style={{ visibility: isSelected ? 'visible' : 'hidden' }} />
              <span>{t(keyOf(rule))}</span>
            </>
          )}
        </MenuItem>
      ))}
    </MenuSection>
  );
}

/** Also the name of its text. */
function keyOf(rule: Rule) {
  return rule.of === 'allowed'
    ? (`rules.allowed.${rule.kind}` as const)
    : (`rules.starting.${rule.kind}` as const);
}

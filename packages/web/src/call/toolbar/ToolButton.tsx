import { Lock, type LucideIcon } from 'lucide-react';
import { useId, type Ref } from 'react';
import { Button, type ButtonProps, Tooltip, TooltipTrigger } from 'react-aria-components';
import styles from './Toolbar.module.css';

interface ToolButtonProps extends Omit<ButtonProps, 'children' | 'className' | 'style'> {
  readonly ref?: Ref<HTMLButtonElement>;
  readonly label: string;
  readonly icon: LucideIcon;
  /** A key that does the same, shown beside the label. */
  readonly shortcut?: string;
  readonly look?: 'plain' | 'off' | 'leave' | 'active';
  readonly size?: 'wide' | 'narrow';
  /** A small number or mark at the corner. */
  readonly badge?: string | undefined;
  /** It does nothing yet but say why; `description` says it, too. */
  readonly locked?: boolean;
  /** What the badge means, for screen readers. */
  readonly description?: string | undefined;
  /** The panel that it opens, which gives the focus back to it. */
  readonly opens?: string;
  /** Hidden where the surface is narrow; the menu of more actions has it then. */
  readonly collapses?: boolean;
}

/** A round control of the call, with its name as a tooltip. */
export function ToolButton({
  label,
  icon: Icon,
  shortcut,
  look = 'plain',
  size = 'wide',
  badge,
  locked = false,
  description,
  opens,
  collapses = false,
  ...props
}: ToolButtonProps) {
  const descriptionId = useId();
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <Button
        {...props}
        aria-label={label}
        {...(description !== undefined && { 'aria-describedby': descriptionId })}
        data-opens={opens}
        className={`${styles.button} ${collapses ? styles.collapses : ''}`}
        data-look={look}
        data-size={size}
      >
        <Icon size={size === 'narrow' ? '1rem' : '1.375rem'} aria-hidden />
        {badge === undefined && !locked ? null : (
          <span className={styles.badge} aria-hidden>
            {locked ? <Lock size="0.75rem" /> : badge}
          </span>
        )}
        {description === undefined ? null : (
          <span id={descriptionId} hidden>
            {description}
          </span>
        )}
      </Button>
      <Tooltip className={styles.tooltip ?? ''} placement="top" offset={10}>
        {label}
        {shortcut === undefined ? null : <kbd>{shortcut}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  );
}

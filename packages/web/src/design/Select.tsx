import { ChevronDown, type LucideIcon } from 'lucide-react';
import { useId } from 'react';
import controls from './controls.module.css';

interface SelectProps {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** Shown, and nothing to choose, when there are no options. */
  readonly empty?: string;
  /** Only for screen readers; sighted people know by the icon. */
  readonly hideLabel?: boolean;
  readonly onChange: (value: string) => void;
}

/** The browser's own choice list: at home on phones, with a keyboard and in screen readers. */
export function Select({
  label,
  icon: Icon,
  value,
  options,
  empty,
  hideLabel = false,
  onChange,
}: SelectProps) {
  const id = useId();
  return (
    <div className={controls.field}>
      <label htmlFor={id} className={hideLabel ? controls.hidden : controls.label}>
        {label}
      </label>
      <div className={controls.selectBox}>
        <Icon className={controls.selectIcon} size="1.125rem" aria-hidden />
        <select
          id={id}
          className={controls.select}
          value={value}
          disabled={options.length === 0}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.length === 0 ? <option value={value}>{empty}</option> : null}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown className={controls.selectArrow} size="1.125rem" aria-hidden />
      </div>
    </div>
  );
}

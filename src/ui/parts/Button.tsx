import type { ButtonHTMLAttributes } from 'react';
import styles from './Button.module.css';
import { classes } from './classes.ts';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** One `primary` a screen at most; `quiet` for what stands in a row of text. */
  readonly variant?: 'primary' | 'plain' | 'quiet';
}

export function Button({ variant = 'plain', className, ...rest }: Props) {
  return <button type="button" className={classes(styles.button, styles[variant], className)} {...rest} />;
}

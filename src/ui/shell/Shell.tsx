import type { ReactNode } from 'react';
import { classes } from '../parts/classes.ts';
import styles from './Shell.module.css';

export interface NavItem {
  readonly href: string;
  readonly label: string;
  readonly current: boolean;
  readonly count?: number | undefined;
}

interface Props {
  /** Name of the open model. */
  readonly model?: string | undefined;
  /** Empty as long as there is nowhere to go. */
  readonly nav: readonly NavItem[];
  /** At the right of the header. */
  readonly summary?: ReactNode;
  readonly status?: ReactNode;
  /** At the end of the status line while nothing is going on. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A link would change what stands after # in the address, which names the screen. */
function skipToMain(): void {
  document.getElementById('main')?.focus();
}

/** The frame of every screen. It depends on nothing that a browser has, so that the build can write it into the page. */
export function Shell({ model, nav, summary, status, aside, children }: Props) {
  return (
    <div className={classes(styles.shell, nav.length === 0 && styles.bare)}>
      <button type="button" className={styles.skip} onClick={skipToMain}>
        Skip to the content
      </button>
      <header className={styles.header}>
        <a className={styles.brand} href="#/" aria-label="Zeropoint, start">
          <img src="./icon.svg" alt="" width="28" height="28" />
          <span>Zeropoint</span>
        </a>
        {model !== undefined && <span className={styles.model}>{model}</span>}
        <div className={styles.end}>{summary}</div>
      </header>
      {nav.length > 0 && <Navigation items={nav} />}
      <main id="main" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <footer className={classes(styles.status, status !== undefined && styles.busy)}>
        {status ?? <span>Everything is computed on this computer.</span>}
        {status === undefined && aside}
      </footer>
    </div>
  );
}

function Navigation({ items }: { readonly items: readonly NavItem[] }) {
  return (
    <nav className={styles.nav} aria-label="Screens">
      <ul>
        {items.map(({ href, label, current, count }) => (
          <li key={href}>
            <a href={href} aria-current={current ? 'page' : undefined}>
              {label}
              {count !== undefined && <span className={styles.count}>{count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

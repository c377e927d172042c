import { type ReactNode, useEffect, useRef } from 'react';
import styles from './screen.module.css';

interface Props {
  readonly children: string;
  /** A sentence below. */
  readonly lead?: ReactNode;
}

/** A screen's title, in the tab too. It takes the focus when the screen comes, so that reading starts there. */
export function Heading({ children, lead }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · Zeropoint`;
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [children]);
  return (
    <header className={styles.head}>
      <h1 ref={heading} tabIndex={-1}>
        {children}
      </h1>
      {lead !== undefined && <p className={styles.lead}>{lead}</p>}
    </header>
  );
}

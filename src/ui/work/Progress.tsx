import { useEffect, useRef, useState } from 'react';
import { Button } from '../parts/Button.tsx';
import styles from './Progress.module.css';

interface Props {
  /** 0 to 1. */
  readonly fraction: number;
  /** What is going on, in words. */
  readonly note: string;
  readonly onCancel: () => void;
}

/** Time between two spoken reports, ms: more often talks over everything else. */
const spokenEvery = 10_000;

/** What the worker is doing, how far it is, and a way to stop it. */
export function Progress({ fraction, note, onCancel }: Props) {
  return (
    <div className={styles.progress}>
      <span className={styles.note}>{note}</span>
      <progress value={fraction} max={1} aria-label="Progress" />
      <span className={styles.percent}>{Math.round(fraction * 100)} %</span>
      <Button onClick={onCancel}>Cancel</Button>
      <Spoken text={`${note}, ${Math.round(fraction * 100)} percent`} />
    </div>
  );
}

/** Tells screen readers now and then. */
function Spoken({ text }: { readonly text: string }) {
  const latest = useRef(text);
  const [spoken, setSpoken] = useState(text);
  useEffect(() => {
    latest.current = text;
  }, [text]);
  useEffect(() => {
    const timer = setInterval(() => setSpoken(latest.current), spokenEvery);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="visually-hidden" role="status">
      {spoken}
    </span>
  );
}

import styles from './PairBars.module.css';

interface Props {
  readonly float: number;
  readonly quantized: number;
  /** One word for the quantized model. */
  readonly word: string;
  readonly format: (value: number) => string;
}

/** The same quantity of the float and of the quantized model as two bars on one scale. */
export function PairBars({ float, quantized, word, format }: Props) {
  const most = Math.max(float, quantized, Number.MIN_VALUE);
  return (
    <div className={styles.bars}>
      <Bar name="float" className={styles.float} share={float / most} text={format(float)} />
      <Bar name={word} className={styles.quantized} share={quantized / most} text={format(quantized)} />
    </div>
  );
}

interface BarProps {
  readonly name: string;
  readonly className: string | undefined;
  readonly share: number;
  readonly text: string;
}

function Bar({ name, className, share, text }: BarProps) {
  return (
    <>
      <span>{name}</span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles.track} width="100" height="10" />
        <rect className={className} width={100 * share} height="10" />
      </svg>
      <span className={styles.text}>{text}</span>
    </>
  );
}

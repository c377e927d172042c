import type { ReactNode } from 'react';
import styles from './ExampleCard.module.css';

const shown = ['strawberry', 'orange', 'grapes', 'pear', 'watermelon', 'cherries'];

/** The example that comes with the studio. */
export function ExampleCard({ children }: { readonly children: ReactNode }) {
  return (
    <section className={styles.card} aria-labelledby="example">
      <div className={styles.pictures}>
        {shown.map((kind) => (
          <img
            key={kind}
            src={`./examples/fruit/pictures/${kind}/01.png`}
            alt=""
            width="96"
            height="96"
            decoding="async"
          />
        ))}
      </div>
      <div className={styles.text}>
        <h2 id="example">Ten kinds of fruit</h2>
        <p>A small MobileNet and 40 drawn pictures. Two of its layers are hard on int8.</p>
        {children}
      </div>
    </section>
  );
}

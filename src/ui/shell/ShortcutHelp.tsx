import { useState } from 'react';
import { setSingleKeys, singleKeysOn } from '../../app/preferences.ts';
import { Dialog } from '../parts/Dialog.tsx';
import screen from '../parts/screen.module.css';
import styles from './ShortcutHelp.module.css';
import { shortcutList } from './shortcuts.ts';

/** What the keyboard does, and the switch for its single keys. */
export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  const [on, setOn] = useState(singleKeysOn);
  const change = (wanted: boolean) => {
    setSingleKeys(wanted);
    setOn(singleKeysOn());
  };
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className={screen.facts}>
        {shortcutList.map(([keys, does]) => (
          <div key={keys} className={styles.row}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label className={styles.single}>
        <input type="checkbox" checked={on} onChange={(event) => change(event.target.checked)} />
        Single keys, such as / and 1
      </label>
    </Dialog>
  );
}

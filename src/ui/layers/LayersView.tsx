import type { LayerRow } from '../../core/report/report.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Field } from '../parts/Field.tsx';
import { Heading } from '../parts/Heading.tsx';
import * as numbers from '../parts/numbers.ts';
import { Panel } from '../parts/Panel.tsx';
import { ScrollBox } from '../parts/ScrollBox.tsx';
import screen from '../parts/screen.module.css';
import { LayersTable } from './LayersTable.tsx';
import type { LayerSort } from './sort.ts';

interface Props {
  /** As they are searched and sorted. */
  readonly rows: readonly LayerRow[];
  /** Of all layers. */
  readonly count: number;
  readonly search: string;
  readonly sort: LayerSort;
  readonly onSearch: (search: string) => void;
  readonly onSort: (sort: LayerSort) => void;
  readonly linkTo: (op: number) => string;
}

export function LayersView({ rows, count, search, sort, onSearch, onSort, linkTo }: Props) {
  return (
    <div className={screen.screen}>
      <Heading lead="How far each layer’s output is from the float model’s: all error up to there, and what the layer adds by itself. Signal-to-noise ratio in dB; less is worse.">
        Layers
      </Heading>
      <Panel
        title={rows.length === count ? numbers.counted(count, 'layer') : `${rows.length} of ${count} layers`}
        aside={
          <Field label="Find by name or kind">
            {(control) => (
              <input
                {...control}
                type="search"
                value={search}
                onChange={(event) => onSearch(event.target.value)}
              />
            )}
          </Field>
        }
      >
        {rows.length === 0 ? (
          <EmptyState title="No layer is called that">
            <p>Search for a part of a name, or for a kind like CONV_2D.</p>
          </EmptyState>
        ) : (
          <ScrollBox label="Layers">
            <LayersTable rows={rows} sort={sort} onSort={onSort} linkTo={linkTo} />
          </ScrollBox>
        )}
      </Panel>
    </div>
  );
}

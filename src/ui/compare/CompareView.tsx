import { useState } from 'react';
import { Button } from '../parts/Button.tsx';
import { Choice } from '../parts/Choice.tsx';
import { classes } from '../parts/classes.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Heading } from '../parts/Heading.tsx';
import * as numbers from '../parts/numbers.ts';
import { Panel } from '../parts/Panel.tsx';
import { ScrollBox } from '../parts/ScrollBox.tsx';
import screen from '../parts/screen.module.css';
import { Thumbnail } from '../parts/Thumbnail.tsx';
import tables from '../parts/table.module.css';
import styles from './CompareView.module.css';

export interface ComparedPicture {
  /** Position among the samples. */
  readonly index: number;
  readonly name: string;
  readonly label: string | undefined;
  /** Absent for models that are no classifiers. */
  readonly answers: { readonly float: string; readonly int8: string } | undefined;
  /** Of the outputs, dB; `undefined` for no error. */
  readonly sqnr: number | undefined;
}

type Filter = 'all' | 'changed' | 'wrong';

const filters = {
  all: { label: 'All', keeps: () => true },
  changed: {
    label: 'Answer changed',
    keeps: ({ answers }: ComparedPicture) => answers !== undefined && answers.float !== answers.int8,
  },
  wrong: {
    label: 'Only int8 wrong',
    keeps: ({ answers, label }: ComparedPicture) =>
      answers !== undefined && label !== undefined && answers.float === label && answers.int8 !== label,
  },
} as const;

/** Rows that a click adds. */
const page = 100;

interface Props {
  /** Worst first. */
  readonly samples: readonly ComparedPicture[];
  /** Whether they are pictures, so that they can be shown. */
  readonly withPictures: boolean;
}

export function CompareView({ samples, withPictures }: Props) {
  const [filter, setFilter] = useState<Filter>('all');
  const [shown, setShown] = useState(page);
  const kept = samples.filter(filters[filter].keeps);
  return (
    <div className={screen.screen}>
      <Heading lead="What the float model and the int8 model answer to the same pictures, worst first.">
        Compare
      </Heading>
      <Panel
        title={
          kept.length === samples.length
            ? numbers.counted(kept.length, 'sample')
            : `${kept.length} of ${samples.length} samples`
        }
        aside={<FilterChoice value={filter} onChange={setFilter} pictures={samples} />}
      >
        {kept.length === 0 ? (
          <EmptyState title="No such picture">
            <p>
              {filter === 'changed'
                ? 'Every answer is the same.'
                : 'int8 is wrong only where float is wrong too.'}
            </p>
          </EmptyState>
        ) : (
          <ScrollBox label="Pictures, worst first">
            <PictureTable pictures={kept.slice(0, shown)} withPictures={withPictures} />
          </ScrollBox>
        )}
        {kept.length > shown && <Button onClick={() => setShown(shown + page)}>Show {page} more</Button>}
      </Panel>
    </div>
  );
}

interface FilterProps {
  readonly value: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly pictures: readonly ComparedPicture[];
}

/** Only filters that can hold something: without labels nothing is wrong, without classes nothing changes. */
function FilterChoice({ value, onChange, pictures }: FilterProps) {
  const [classified, labelled] = [
    pictures.some(({ answers }) => answers),
    pictures.some(({ label }) => label),
  ];
  if (!classified) return null;
  const names: readonly Filter[] = labelled ? ['all', 'changed', 'wrong'] : ['all', 'changed'];
  const options = names.map((name) => ({
    value: name,
    label: `${filters[name].label} (${pictures.filter(filters[name].keeps).length})`,
  }));
  return <Choice legend="Show" value={value} options={options} onChange={onChange} />;
}

interface TableProps {
  readonly pictures: readonly ComparedPicture[];
  readonly withPictures: boolean;
}

function PictureTable({ pictures, withPictures }: TableProps) {
  return (
    <table className={classes(tables.table, styles.table)}>
      <thead>
        <tr>
          <th>Picture</th>
          <th>float answers</th>
          <th>int8 answers</th>
          <th className={classes(tables.number, styles.wide)}>Output error</th>
        </tr>
      </thead>
      <tbody>
        {pictures.map((picture) => (
          <Row key={picture.index} picture={picture} withPictures={withPictures} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly picture: ComparedPicture;
  readonly withPictures: boolean;
}

function Row({ picture, withPictures }: RowProps) {
  const { index, name, label, answers, sqnr } = picture;
  const changed = answers !== undefined && answers.float !== answers.int8;
  return (
    <tr>
      <th scope="row">
        <span className={styles.picture}>
          {withPictures && <Thumbnail index={index} size={40} />}
          <span className={styles.name} title={name}>
            {name}
            <small>{numbers.decibels(sqnr)}</small>
          </span>
        </span>
      </th>
      <td>{answers ? <Answer name={answers.float} label={label} /> : '–'}</td>
      <td>{answers ? <Answer name={answers.int8} label={label} changed={changed} /> : '–'}</td>
      <td className={classes(tables.number, styles.wide)}>{numbers.decibels(sqnr)}</td>
    </tr>
  );
}

interface AnswerProps {
  readonly name: string;
  readonly label: string | undefined;
  readonly changed?: boolean;
}

function Answer({ name, label, changed = false }: AnswerProps) {
  const marks = [changed && 'changed', label !== undefined && label !== name && 'wrong'].filter(Boolean);
  return (
    <>
      <span className={classes(changed && styles.changed)}>{name}</span>
      {marks.length > 0 && <small className={styles.marks}>{marks.join(', ')}</small>}
    </>
  );
}

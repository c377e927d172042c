import { useState } from 'react';
import type { CompareFilter } from '../../app/routes.ts';
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

/** A class and its probability or score, as text. */
interface ShownAnswer {
  readonly name: string;
  readonly score: string;
}

export interface ComparedPicture {
  /** Position among the samples. */
  readonly index: number;
  readonly name: string;
  readonly label: string | undefined;
  /** Absent for models that are no classifiers. */
  readonly answers: { readonly float: ShownAnswer; readonly int8: ShownAnswer } | undefined;
  /** Of the outputs, dB; `undefined` for no error. */
  readonly sqnr: number | undefined;
}

const hasChanged = ({ answers }: ComparedPicture): boolean =>
  answers !== undefined && answers.float.name !== answers.int8.name;

const filters = {
  all: { label: 'All', keeps: () => true },
  changed: {
    label: 'Answer changed',
    keeps: hasChanged,
  },
  wrong: {
    label: 'Only int8 wrong',
    keeps: ({ answers, label }: ComparedPicture) =>
      answers !== undefined &&
      label !== undefined &&
      answers.float.name === label &&
      answers.int8.name !== label,
  },
} as const satisfies Record<CompareFilter, unknown>;

/** Rows that a click adds. */
const page = 100;

interface Props {
  /** Worst first. */
  readonly samples: readonly ComparedPicture[];
  /** Whether they are pictures, so that they can be shown. */
  readonly withPictures: boolean;
  readonly filter: CompareFilter;
  readonly onFilter: (filter: CompareFilter) => void;
}

export function CompareView({ samples, withPictures, filter, onFilter }: Props) {
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
        aside={<FilterChoice value={filter} onChange={onFilter} pictures={samples} />}
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
  readonly value: CompareFilter;
  readonly onChange: (filter: CompareFilter) => void;
  readonly pictures: readonly ComparedPicture[];
}

/** Only filters that can hold something: without labels nothing is wrong, without classes nothing changes. */
function FilterChoice({ value, onChange, pictures }: FilterProps) {
  const [classified, labelled] = [
    pictures.some(({ answers }) => answers),
    pictures.some(({ label }) => label),
  ];
  if (!classified) return null;
  const names: readonly CompareFilter[] = labelled ? ['all', 'changed', 'wrong'] : ['all', 'changed'];
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
      <td>{answers ? <Answer answer={answers.float} label={label} /> : '–'}</td>
      <td>{answers ? <Answer answer={answers.int8} label={label} changed={hasChanged(picture)} /> : '–'}</td>
      <td className={classes(tables.number, styles.wide)}>{numbers.decibels(sqnr)}</td>
    </tr>
  );
}

interface AnswerProps {
  readonly answer: ShownAnswer;
  readonly label: string | undefined;
  readonly changed?: boolean;
}

function Answer({ answer: { name, score }, label, changed = false }: AnswerProps) {
  const marks = [changed && 'changed', label !== undefined && label !== name && 'wrong'].filter(Boolean);
  return (
    <>
      <span className={classes(changed && styles.changed)}>{name}</span>{' '}
      <span className={styles.score}>{score}</span>
      {marks.length > 0 && <small className={styles.marks}>{marks.join(', ')}</small>}
    </>
  );
}

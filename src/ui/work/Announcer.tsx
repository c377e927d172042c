import { useStudio } from '../../app/store.ts';

/** Tells screen readers how the work ended; always there, so that a change is noticed. */
export function Announcer() {
  const busy = useStudio((state) => state.work.kind === 'busy');
  const result = useStudio((state) => state.result !== undefined);
  const failed = useStudio((state) => state.problem !== undefined);
  const text = busy ? '' : failed ? 'Failed' : result ? 'The result is ready' : '';
  return (
    <p className="visually-hidden" role="status">
      {text}
    </p>
  );
}

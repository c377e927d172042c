import { Component, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import { Notice } from './Notice.tsx';

interface Props {
  /** What is broken, as in “The histogram cannot be drawn”. */
  readonly what: string;
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | undefined;
}

/** Keeps one broken panel, or one chunk that did not load, from taking the rest of the page with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Notice tone="bad" title={`${this.props.what} cannot be shown`}>
        <p>{error.message}</p>
        <Button onClick={() => this.setState({ error: undefined })}>Try again</Button>
      </Notice>
    );
  }
}

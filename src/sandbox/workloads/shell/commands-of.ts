import type { Command, Pipeline, Script } from './syntax.ts';

/** The names of all commands that a script calls, but for its own functions and for names that it computes. */
export function commandsOf(script: Script): string[] {
  const functions = new Set<string>();
  const names: string[] = [];
  const ofScript = (list: Script) => {
    for (const { first, rest } of list)
      for (const pipeline of [first, ...rest.map((one) => one.pipeline)]) ofPipeline(pipeline);
  };
  const ofPipeline = ({ commands }: Pipeline) => {
    for (const command of commands) ofCommand(command);
  };
  const ofCommand = (command: Command) => {
    switch (command.type) {
      case 'simple': {
        const plain = command.words.map((word) =>
          word.every((part) => part.type === 'text')
            ? word.map((part) => (part.type === 'text' ? part.text : '')).join('')
            : undefined,
        );
        const [name, next] = plain;
        if (name !== undefined) names.push(name);
        // `exec server`: what follows is what runs.
        if (name === 'exec' && next !== undefined) names.push(next);
        return;
      }
      case 'group':
      case 'subshell':
      case 'for':
        return ofScript(command.body);
      case 'loop':
        ofScript(command.test);
        return ofScript(command.body);
      case 'if':
        for (const { test, body } of command.branches) {
          ofScript(test);
          ofScript(body);
        }
        return ofScript(command.otherwise);
      case 'case':
        for (const { body } of command.arms) ofScript(body);
        return;
      case 'function':
        functions.add(command.name);
        return ofCommand(command.body);
    }
  };
  ofScript(script);
  return names.filter((name) => !functions.has(name));
}

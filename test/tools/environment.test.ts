import { expect, it } from 'vitest';
import { toolEnvironment } from '../../src/tools/environment.ts';
import { helm, ssh } from '../../src/tools/tool.ts';

const ours = {
  PATH: '/bin',
  HOME: '/home/me',
  LC_ALL: 'C.UTF-8',
  HTTPS_PROXY: 'http://proxy:3128',
  KUBECONFIG: '/mine',
  JWT_SECRET: 'very secret',
  SSH_AUTH_SOCK: '/agent',
  AWS_PROFILE: 'production',
};

it('a child has what every program needs, and nothing else of ours', () => {
  expect(toolEnvironment({}, ours)).toEqual({
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C.UTF-8',
    HTTPS_PROXY: 'http://proxy:3128',
  });
});

it('what a tool reads is named by the tool', () => {
  expect(toolEnvironment({ inherit: ssh.inherit }, ours)).toMatchObject({ SSH_AUTH_SOCK: '/agent' });
  const forHelm = toolEnvironment({ inherit: helm.inherit, kubeconfig: '/chosen', set: { HELM_DEBUG: 'false' } }, ours);
  expect(forHelm).toMatchObject({ KUBECONFIG: '/chosen', AWS_PROFILE: 'production', HELM_DEBUG: 'false' });
  expect(forHelm).not.toHaveProperty('JWT_SECRET');
  expect(forHelm).not.toHaveProperty('SSH_AUTH_SOCK');
});

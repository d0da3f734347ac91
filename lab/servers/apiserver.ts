import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { AUDIT_POLICY } from '../kube/audit.js';
import { answersOk } from './http-ready.js';
import { portOf, type Ports, type ServerSpec } from './server-spec.js';
import { ADMIN_USER, tokenFile, userNamed, type TokenUser } from './users.js';

/** Never dialled; the API server only insists on an address that is not a loopback one. */
const ADVERTISED_ADDRESS = '192.0.2.1';

export interface ApiserverSettings {
  readonly program: string;
  readonly directory: string;
  readonly auditLog: string;
  readonly users: readonly TokenUser[];
  readonly etcdUrl: () => string;
  readonly onReady: (server: string) => Promise<void>;
}

/** The certificate that the API server has made for itself at its first start. */
export function apiserverCertificate(directory: string): string {
  return readFileSync(join(directory, 'apiserver.crt'), 'utf8');
}

/** The key that signs service account tokens; the controller manager needs it too. */
export function serviceAccountKey(directory: string): string {
  return join(directory, 'service-accounts.pem');
}

export function apiserver(settings: ApiserverSettings): ServerSpec {
  const { directory } = settings;
  const url = (ports: Ports) => `https://127.0.0.1:${portOf(ports, 'secure')}`;
  const { token } = userNamed(settings.users, ADMIN_USER);
  return {
    name: 'apiserver',
    portRoles: ['secure'],
    needs: ['etcd'],
    // Its graceful stop waits for every watch to end, up to a minute; etcd holds all that matters.
    stopSignal: 'SIGKILL',
    url,
    command(ports) {
      prepareFiles(settings);
      return { file: settings.program, args: apiserverArguments(settings, portOf(ports, 'secure')) };
    },
    isReady: (ports) =>
      answersOk(`${url(ports)}/readyz`, {
        certificate: apiserverCertificate(directory),
        headers: { authorization: `Bearer ${token}` },
      }),
    onReady: (ports) => settings.onReady(url(ports)),
  };
}

function prepareFiles({ directory, users }: ApiserverSettings): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'tokens.csv'), tokenFile(users), { mode: 0o600 });
  writeFileSync(join(directory, 'audit-policy.yaml'), stringify(AUDIT_POLICY));
  const key = serviceAccountKey(directory);
  if (existsSync(key)) return;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(key, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
}

function apiserverArguments({ directory, auditLog, etcdUrl }: ApiserverSettings, port: number): string[] {
  const key = serviceAccountKey(directory);
  return [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${directory}`,
    `--etcd-servers=${etcdUrl()}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${join(directory, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    // Pods run without a service account's token: nothing would mount it.
    '--disable-admission-plugins=ServiceAccount',
    `--advertise-address=${ADVERTISED_ADDRESS}`,
    '--endpoint-reconciler-type=none',
    `--audit-policy-file=${join(directory, 'audit-policy.yaml')}`,
    `--audit-log-path=${auditLog}`,
    '--audit-log-maxsize=1000',
  ];
}

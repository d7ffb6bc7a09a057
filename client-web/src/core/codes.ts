// What a QR code, a link or a pasted text is. Invites travel as web addresses, so that any camera app leads into joining.
export type Code =
  | { kind: 'invite'; text: string }
  | { kind: 'request'; text: string }
  | { kind: 'grant'; text: string }
  | { kind: 'card'; text: string }
  | { kind: 'other'; text: string };

const INVITE = /sejawats?:\/\/[^\s#]+#i1\.[\w-]+/;

const scheme = (): string => (location.protocol === 'https:' ? 'sejawats' : 'sejawat');
const host = (): string => `${location.hostname}:${location.port || (location.protocol === 'https:' ? '443' : '80')}`;

// The link of an invite as an address of this app. The short form leaves out what the address says already.
export function inviteAddress(link: string): string {
  const own = `${scheme()}://${host()}/#`;
  const rest = link.startsWith(own) ? link.slice(own.length) : link;
  return `${location.origin}/#/gabung/${encodeURIComponent(rest)}`;
}

// The part of such an address after /gabung/, decoded: the link again.
export function inviteOf(part: string): string {
  return part.startsWith('i1.') ? `${scheme()}://${host()}/#${part}` : part;
}

// As it stands when somebody cut it off in the middle of a %3A.
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// URL.canParse is younger than the browsers that this runs in.
function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function fromAddress(text: string): string | undefined {
  const url = urlOf(text);
  if (url === undefined) return undefined;
  const part = /^#\/gabung\/(.+)$/.exec(url.hash)?.[1];
  if (part === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  const rest = decoded(part);
  if (!rest.startsWith('i1.')) return rest;
  const secure = url.protocol === 'https:';
  return `sejawat${secure ? 's' : ''}://${url.hostname}:${url.port || (secure ? '443' : '80')}/#${rest}`;
}

export function codeOf(scanned: string): Code {
  const text = scanned.trim();
  const invite = INVITE.exec(fromAddress(text) ?? text)?.[0];
  if (invite !== undefined) return { kind: 'invite', text: invite };
  if (text.startsWith('sejawat-link:')) return { kind: 'request', text };
  if (text.startsWith('sejawat-grant:')) return { kind: 'grant', text };
  if (text.includes('sejawat-card:') || /^kata:/m.test(text)) return { kind: 'card', text };
  return { kind: 'other', text };
}

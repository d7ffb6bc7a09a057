// Trusted Types: a script is only ever loaded from an address of this build.
interface Policy {
  createScriptURL(url: string): string;
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): Policy;
}
const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy('sejawat', {
  createScriptURL(url) {
    const parsed = new URL(url, location.href);
    if (parsed.origin !== location.origin) throw new TypeError('a script from elsewhere');
    return parsed.href;
  },
});

export const trustedUrl = (url: string): string => policy?.createScriptURL(url) ?? url;

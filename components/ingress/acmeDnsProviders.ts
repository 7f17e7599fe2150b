import { closest } from "fastest-levenshtein";
import * as semver from "semver";
import type { CertificateResolvers } from "./certificateResolvers";
import { Problem } from "../shared/problems";
import { traefikVersion } from "../routing/traefikVersions";

/** Names of DNS providers. Source: `NewDNSChallengeProviderByName` of lego 5.4.1, which Traefik has from 3.7.9 on. */
const LEGO_5 = `
  abion acme-dns acmedns active24 alidns aliesa allinkl alwaysdata anexia artfiles arvancloud auroradns autodns
  axelname azion azuredns baiducloud beget binarylane bindman bluecat bluecatv2 bookmyname bunny checkdomain civo
  clouddns cloudflare cloudns cloudru com35 connbyte conoha conohav3 constellix corenetworks cpanel curanet czechia
  dandomain ddnss derak desec designate digitalocean dinahosting directadmin dns51 dnscale dnsexit dnshomede dnsimple
  dnsla dnsmadeeasy dnsservices dnsupdate dode domainnameshop domeneshop dreamhost duckdns dyn dynadot dyndnsfree dynu
  easydns edgecenter edgedns edgeone efficientip epik eurodns euserv excedo exec exoscale f5xc fastdns fornex freemyip
  gandi gandiv5 gcloud gcore gehirn gigahostno glesys gname godaddy gravity hetzner hostingde hostinger hostingnl
  hosttech hostup httpnet httpreq huaweicloud hurricane hyperone ibmcloud iijdpf infoblox infomaniak internetbs inwx
  ionos ionoscloud ipv64 ispconfig ispconfigddns jdcloud joker katapult keyhelp leaseweb liara lightsail limacity
  linode linodev4 liquidweb loopia luadns mailinabox manageengine manual metaname metaregistrar mijnhost mittwald
  myaddr mydnsjp mythicbeasts namecheap namedotcom namesilo namesurfer nearlyfreespeech nederhost neodigit netcup
  netlify netnod nexdns ngenix nicmanager nicru nifcloud njalla nodion ns1 octenium omglol onecloudru onlinenet
  openprovider opusdns oraclecloud otc ovh pdns plesk pointdns porkbun poweradmin rackspace rage4 rainyun rcodezero
  regfish regru rfc2136 rimuhosting route53 safedns sakuracloud scaleway scannet selectel selectelv2 selfhostde
  servercow shellrent simply sonic spaceship stackpath syse technitium tele3 tencentcloud timewebcloud todaynic
  transip ucloud ultradns uniteddomains variomedia veesp vegadns vercel versio vinyldns virtualname vkcloud volcengine
  vscale vultr wannafind webnames webnamesca webnamesru websupport wedos westcn xinnet yandex yandex360 yandexcloud
  zilore zoneedit zoneee zonomi
`;

/** Those that lego 4.35 has besides, which Traefik had before. */
const LEGO_4 = " azure brandit cloudxns dnspod googledomains iij iwantmyname ";

const FIRST_WITH_LEGO_5 = "3.7.9";

/** What DNS challenges name as their provider and Traefik of that image does not know, so that it gets no certificate. */
export function dnsProviderProblems(resolvers: CertificateResolvers, image: string, prefix: string): Problem[] {
  const version = traefikVersion(image);
  const known = `${LEGO_5}${version && semver.gte(version, FIRST_WITH_LEGO_5) ? "" : LEGO_4}`.trim().split(/\s+/);
  return Object.entries(resolvers).flatMap(([name, { dnsChallenge }]) =>
    dnsChallenge === undefined || known.includes(dnsChallenge.provider)
      ? []
      : [
          {
            propertyPath: `${prefix}.${name}.dnsChallenge.provider`,
            reason: `"${dnsChallenge.provider}" is not a provider that lego knows; did you mean "${closest(dnsChallenge.provider, known)}"? See https://go-acme.github.io/lego/dns/`,
          },
        ],
  );
}

package kernel

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/dump"
)

const (
	hardware = "a property of the hardware"
	counter  = "a counter"
	timer    = "a timer"
	elected  = "a result of the spanning tree protocol"
	flagged  = "a flag has it"
	sysctls  = "the sysctls have it"
	request  = "only requests have it"
)

// afMPLS is AF_MPLS (linux/socket.h).
const afMPLS = 28

// Attributes that package unix does not have (linux/if_link.h).
const (
	iflaMaxPacingOffloadHorizon = 0x42
	iflaNetnsImmutable          = 0x43
	iflaHeadroom                = 0x44
	iflaTailroom                = 0x45

	// Linux 7.2 shows them.
	iflaBrSTPMode              = 50
	iflaBrportNeighForwardGrat = 45
)

// linkUses are IFLA_* (linux/if_link.h).
var linkUses = attributeUses{"IFLA_", map[uint16]attributeUse{
	unix.IFLA_ADDRESS:            held,
	unix.IFLA_BROADCAST:          held,
	unix.IFLA_IFNAME:             held,
	unix.IFLA_MTU:                held,
	unix.IFLA_LINK:               held,
	unix.IFLA_QDISC:              held,
	unix.IFLA_STATS:              made(counter),
	unix.IFLA_COST:               made("unused"),
	unix.IFLA_PRIORITY:           made("unused"),
	unix.IFLA_MASTER:             held,
	unix.IFLA_WIRELESS:           made("an event"),
	unix.IFLA_PROTINFO:           made("ports of bridges have it in IFLA_INFO_SLAVE_DATA"),
	unix.IFLA_TXQLEN:             held,
	unix.IFLA_MAP:                made(hardware),
	unix.IFLA_WEIGHT:             made("unused"),
	unix.IFLA_OPERSTATE:          held,
	unix.IFLA_LINKMODE:           held,
	unix.IFLA_LINKINFO:           held,
	unix.IFLA_NET_NS_PID:         made(request),
	unix.IFLA_IFALIAS:            held,
	unix.IFLA_NUM_VF:             made(hardware),
	unix.IFLA_VFINFO_LIST:        said("vf"),
	unix.IFLA_STATS64:            held,
	unix.IFLA_VF_PORTS:           said("vf ports"),
	unix.IFLA_PORT_SELF:          said("port self"),
	unix.IFLA_AF_SPEC:            held,
	unix.IFLA_GROUP:              held,
	unix.IFLA_NET_NS_FD:          made(request),
	unix.IFLA_EXT_MASK:           made(request),
	unix.IFLA_PROMISCUITY:        held,
	unix.IFLA_NUM_TX_QUEUES:      held,
	unix.IFLA_NUM_RX_QUEUES:      held,
	unix.IFLA_CARRIER:            made(flagged),
	unix.IFLA_PHYS_PORT_ID:       made(hardware),
	unix.IFLA_CARRIER_CHANGES:    made(counter),
	unix.IFLA_PHYS_SWITCH_ID:     made(hardware),
	unix.IFLA_LINK_NETNSID:       held,
	unix.IFLA_PHYS_PORT_NAME:     made(hardware),
	unix.IFLA_PROTO_DOWN:         said("protodown", "0"),
	unix.IFLA_GSO_MAX_SEGS:       held,
	unix.IFLA_GSO_MAX_SIZE:       held,
	unix.IFLA_PAD:                made("padding"),
	unix.IFLA_XDP:                saidAs(xdpText, "xdp", ""),
	unix.IFLA_EVENT:              made("an event"),
	unix.IFLA_NEW_NETNSID:        made("an event"),
	unix.IFLA_TARGET_NETNSID:     made("of the request"),
	unix.IFLA_CARRIER_UP_COUNT:   made(counter),
	unix.IFLA_CARRIER_DOWN_COUNT: made(counter),
	unix.IFLA_NEW_IFINDEX:        made("an event"),
	unix.IFLA_MIN_MTU:            held,
	unix.IFLA_MAX_MTU:            held,
	unix.IFLA_PROP_LIST:          held,
	unix.IFLA_ALT_IFNAME:         made("is in IFLA_PROP_LIST"),
	unix.IFLA_PERM_ADDRESS:       held,
	unix.IFLA_PROTO_DOWN_REASON:  said("protodown_reason"),
	unix.IFLA_PARENT_DEV_NAME:    held,

	unix.IFLA_PARENT_DEV_BUS_NAME: held,
	unix.IFLA_GRO_MAX_SIZE:        held,
	unix.IFLA_TSO_MAX_SIZE:        held,
	unix.IFLA_TSO_MAX_SEGS:        held,
	unix.IFLA_ALLMULTI:            held,
	unix.IFLA_DEVLINK_PORT:        made(hardware),
	unix.IFLA_GSO_IPV4_MAX_SIZE:   held,
	unix.IFLA_GRO_IPV4_MAX_SIZE:   held,
	unix.IFLA_DPLL_PIN:            made(hardware),
	iflaMaxPacingOffloadHorizon:   made("a limit of the driver"),
	iflaNetnsImmutable:            made("a property of the kind"),
	iflaHeadroom:                  made("a limit of the driver"),
	iflaTailroom:                  made("a limit of the driver"),
}}

// linkInfoUses are IFLA_INFO_*.
var linkInfoUses = attributeUses{"IFLA_INFO_", map[uint16]attributeUse{
	unix.IFLA_INFO_KIND:       held,
	unix.IFLA_INFO_DATA:       held,
	unix.IFLA_INFO_XSTATS:     made(counter),
	unix.IFLA_INFO_SLAVE_KIND: held,
	unix.IFLA_INFO_SLAVE_DATA: held,
}}

// familyUses are the families in IFLA_AF_SPEC.
var familyUses = attributeUses{"IFLA_AF_SPEC ", map[uint16]attributeUse{
	unix.AF_INET:  made(sysctls),
	unix.AF_INET6: held,
	afMPLS:        made(sysctls),
	unix.AF_MCTP:  made("has no use without MCTP addresses"),
}}

// linkINET6Uses are IFLA_INET6_*.
var linkINET6Uses = attributeUses{"IFLA_INET6_", map[uint16]attributeUse{
	unix.IFLA_INET6_FLAGS:         made("results of router advertisements"),
	unix.IFLA_INET6_CONF:          made(sysctls),
	unix.IFLA_INET6_STATS:         made(counter),
	unix.IFLA_INET6_MCAST:         made("unused"),
	unix.IFLA_INET6_CACHEINFO:     made(timer),
	unix.IFLA_INET6_ICMP6STATS:    made(counter),
	unix.IFLA_INET6_TOKEN:         saidAs(attribute.address, "token", "::"),
	unix.IFLA_INET6_ADDR_GEN_MODE: held,
	unix.IFLA_INET6_RA_MTU:        made("a result of router advertisements"),
}}

// bridgeUses are IFLA_BR_*. Times are in hundredths of a second; kernels before 4.20
// have another hash.
var bridgeUses = attributeUses{"IFLA_BR_", map[uint16]attributeUse{
	unix.IFLA_BR_FORWARD_DELAY:              held,
	unix.IFLA_BR_HELLO_TIME:                 held,
	unix.IFLA_BR_MAX_AGE:                    held,
	unix.IFLA_BR_AGEING_TIME:                held,
	unix.IFLA_BR_STP_STATE:                  held,
	unix.IFLA_BR_PRIORITY:                   held,
	unix.IFLA_BR_VLAN_FILTERING:             held,
	unix.IFLA_BR_VLAN_PROTOCOL:              saidAs(attribute.hexNumber, "vlan_protocol", "0x8100"),
	unix.IFLA_BR_GROUP_FWD_MASK:             held,
	unix.IFLA_BR_ROOT_ID:                    made(elected),
	unix.IFLA_BR_BRIDGE_ID:                  held,
	unix.IFLA_BR_ROOT_PORT:                  made(elected),
	unix.IFLA_BR_ROOT_PATH_COST:             made(elected),
	unix.IFLA_BR_TOPOLOGY_CHANGE:            made(elected),
	unix.IFLA_BR_TOPOLOGY_CHANGE_DETECTED:   made(elected),
	unix.IFLA_BR_HELLO_TIMER:                made(timer),
	unix.IFLA_BR_TCN_TIMER:                  made(timer),
	unix.IFLA_BR_TOPOLOGY_CHANGE_TIMER:      made(timer),
	unix.IFLA_BR_GC_TIMER:                   made(timer),
	unix.IFLA_BR_GROUP_ADDR:                 saidAs(attribute.hardware, "group_address", "01:80:c2:00:00:00"),
	unix.IFLA_BR_FDB_FLUSH:                  made(request),
	unix.IFLA_BR_MCAST_ROUTER:               said("mcast_router", "1"),
	unix.IFLA_BR_MCAST_SNOOPING:             said("mcast_snooping", "1"),
	unix.IFLA_BR_MCAST_QUERY_USE_IFADDR:     said("mcast_query_use_ifaddr", "0"),
	unix.IFLA_BR_MCAST_QUERIER:              said("mcast_querier", "0"),
	unix.IFLA_BR_MCAST_HASH_ELASTICITY:      said("mcast_hash_elasticity", "16", "4"),
	unix.IFLA_BR_MCAST_HASH_MAX:             said("mcast_hash_max", "4096", "512"),
	unix.IFLA_BR_MCAST_LAST_MEMBER_CNT:      said("mcast_last_member_count", "2"),
	unix.IFLA_BR_MCAST_STARTUP_QUERY_CNT:    said("mcast_startup_query_count", "2"),
	unix.IFLA_BR_MCAST_LAST_MEMBER_INTVL:    said("mcast_last_member_interval", "100"),
	unix.IFLA_BR_MCAST_MEMBERSHIP_INTVL:     said("mcast_membership_interval", "26000"),
	unix.IFLA_BR_MCAST_QUERIER_INTVL:        said("mcast_querier_interval", "25500"),
	unix.IFLA_BR_MCAST_QUERY_INTVL:          said("mcast_query_interval", "12500"),
	unix.IFLA_BR_MCAST_QUERY_RESPONSE_INTVL: said("mcast_query_response_interval", "1000"),
	unix.IFLA_BR_MCAST_STARTUP_QUERY_INTVL:  said("mcast_startup_query_interval", "3125", "3124", "3120"), // a quarter, in ticks
	unix.IFLA_BR_NF_CALL_IPTABLES:           said("nf_call_iptables", "0"),
	unix.IFLA_BR_NF_CALL_IP6TABLES:          said("nf_call_ip6tables", "0"),
	unix.IFLA_BR_NF_CALL_ARPTABLES:          said("nf_call_arptables", "0"),
	unix.IFLA_BR_VLAN_DEFAULT_PVID:          said("vlan_default_pvid", "1"),
	unix.IFLA_BR_PAD:                        made("padding"),
	unix.IFLA_BR_VLAN_STATS_ENABLED:         said("vlan_stats_enabled", "0"),
	unix.IFLA_BR_MCAST_STATS_ENABLED:        said("mcast_stats_enabled", "0"),
	unix.IFLA_BR_MCAST_IGMP_VERSION:         said("mcast_igmp_version", "2"),
	unix.IFLA_BR_MCAST_MLD_VERSION:          said("mcast_mld_version", "1"),
	unix.IFLA_BR_VLAN_STATS_PER_PORT:        said("vlan_stats_per_port", "0"),
	unix.IFLA_BR_MULTI_BOOLOPT:              {held: true, name: "boolopt", usual: []string{"0x0"}, text: otherBridgeOptions},
	unix.IFLA_BR_MCAST_QUERIER_STATE:        made("the elected querier"),
	unix.IFLA_BR_FDB_N_LEARNED:              made(counter),
	unix.IFLA_BR_FDB_MAX_LEARNED:            said("fdb_max_learned", "0"),
	iflaBrSTPMode:                           said("stp_mode", "0"),
}}

// portUses are IFLA_BRPORT_*.
var portUses = attributeUses{"IFLA_BRPORT_", map[uint16]attributeUse{
	unix.IFLA_BRPORT_STATE:                 held,
	unix.IFLA_BRPORT_PRIORITY:              held,
	unix.IFLA_BRPORT_COST:                  held,
	unix.IFLA_BRPORT_MODE:                  held,
	unix.IFLA_BRPORT_GUARD:                 held,
	unix.IFLA_BRPORT_PROTECT:               held,
	unix.IFLA_BRPORT_FAST_LEAVE:            said("fastleave", "0"),
	unix.IFLA_BRPORT_LEARNING:              held,
	unix.IFLA_BRPORT_UNICAST_FLOOD:         held,
	unix.IFLA_BRPORT_PROXYARP:              held,
	unix.IFLA_BRPORT_LEARNING_SYNC:         said("learning_sync", "0"),
	unix.IFLA_BRPORT_PROXYARP_WIFI:         said("proxy_arp_wifi", "0"),
	unix.IFLA_BRPORT_ROOT_ID:               made(elected),
	unix.IFLA_BRPORT_BRIDGE_ID:             made(elected),
	unix.IFLA_BRPORT_DESIGNATED_PORT:       made(elected),
	unix.IFLA_BRPORT_DESIGNATED_COST:       made(elected),
	unix.IFLA_BRPORT_ID:                    made("follows from priority and number"),
	unix.IFLA_BRPORT_NO:                    held,
	unix.IFLA_BRPORT_TOPOLOGY_CHANGE_ACK:   made(elected),
	unix.IFLA_BRPORT_CONFIG_PENDING:        made(elected),
	unix.IFLA_BRPORT_MESSAGE_AGE_TIMER:     made(timer),
	unix.IFLA_BRPORT_FORWARD_DELAY_TIMER:   made(timer),
	unix.IFLA_BRPORT_HOLD_TIMER:            made(timer),
	unix.IFLA_BRPORT_FLUSH:                 made(request),
	unix.IFLA_BRPORT_MULTICAST_ROUTER:      said("mcast_router", "1"),
	unix.IFLA_BRPORT_PAD:                   made("padding"),
	unix.IFLA_BRPORT_MCAST_FLOOD:           held,
	unix.IFLA_BRPORT_MCAST_TO_UCAST:        said("mcast_to_unicast", "0"),
	unix.IFLA_BRPORT_VLAN_TUNNEL:           said("vlan_tunnel", "0"),
	unix.IFLA_BRPORT_BCAST_FLOOD:           held,
	unix.IFLA_BRPORT_GROUP_FWD_MASK:        held,
	unix.IFLA_BRPORT_NEIGH_SUPPRESS:        said("neigh_suppress", "0"),
	unix.IFLA_BRPORT_ISOLATED:              held,
	unix.IFLA_BRPORT_BACKUP_PORT:           said("backup_port index", "0"),
	unix.IFLA_BRPORT_MRP_RING_OPEN:         made("a result of MRP"),
	unix.IFLA_BRPORT_MRP_IN_OPEN:           made("a result of MRP"),
	unix.IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT: said("mcast_eht_hosts_limit", "512"),
	unix.IFLA_BRPORT_MCAST_EHT_HOSTS_CNT:   made(counter),
	unix.IFLA_BRPORT_LOCKED:                held,
	unix.IFLA_BRPORT_MAB:                   said("mab", "0"),
	unix.IFLA_BRPORT_MCAST_N_GROUPS:        made(counter),
	unix.IFLA_BRPORT_MCAST_MAX_GROUPS:      said("mcast_max_groups", "0"),
	unix.IFLA_BRPORT_NEIGH_VLAN_SUPPRESS:   said("neigh_vlan_suppress", "0"),
	unix.IFLA_BRPORT_BACKUP_NHID:           said("backup_nhid", "0"),
	iflaBrportNeighForwardGrat:             said("neigh_forward_grat", "0"),
}}

// xdpText returns the program of an IFLA_XDP, "" if there is none.
func xdpText(a attribute) string {
	list := attributes(a.data)
	if find(list, unix.IFLA_XDP_ATTACHED).u8() == 0 {
		return ""
	}
	return fmt.Sprintf("prog/xdp id %d", find(list, unix.IFLA_XDP_PROG_ID).u32())
}

// otherBridgeOptions returns the bits of a struct br_boolopt_multi that no field holds.
func otherBridgeOptions(a attribute) string { return fmt.Sprintf("0x%x", a.u32()&^noLinkLocalLearn) }

// linkOthers returns the attributes of an RTM_NEWLINK that no field of l holds, of its kind
// those that labs can have. Labs have no other kinds, and no other masters.
func linkOthers(l dump.Link, list []attribute) dump.Attributes {
	found := linkUses.others(list)
	specs := attributes(find(list, unix.IFLA_AF_SPEC).data)
	found = join(found, familyUses.others(specs), linkINET6Uses.others(attributes(find(specs, unix.AF_INET6).data)))
	info := attributes(find(list, unix.IFLA_LINKINFO).data)
	found = join(found, linkInfoUses.others(info))
	if row := linkKinds[l.Kind]; row.kind != nil {
		found = join(found, row.uses.others(attributes(find(info, unix.IFLA_INFO_DATA).data)))
	}
	if l.Port != nil {
		found = join(found, portUses.others(attributes(find(info, unix.IFLA_INFO_SLAVE_DATA).data)))
	}
	return found
}

func join(parts ...dump.Attributes) (all dump.Attributes) {
	for _, p := range parts {
		all = all.With(string(p))
	}
	return all
}

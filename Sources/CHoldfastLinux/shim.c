// Replaced by the netlink shim.

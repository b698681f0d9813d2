#include "sync/desk/peer.hpp"

namespace walkin::desk {

SyncPeer peer_of(const Station& station, Peers& peers) {
  SyncPeer peer{station.replica, station.site, station.prefix, station.kind == StationKind::kiosk};
  if (station.person.empty()) return peer;
  if (auto user = peers.find_user(station.person); user && !user->disabled) {
    peer.person = user->name;
    peer.group = user->group;
  }
  return peer;
}

} // namespace walkin::desk

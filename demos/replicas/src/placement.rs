//! Which servers hold a key: two shards, and one replica of each shard in each of three zones.

/// Zones of the fleet, in the order of the servers' names.
pub const ZONES: [&str; 3] = ["a", "b", "c"];

/// Shards: servers of one zone that hold different keys.
pub const SHARDS: usize = 2;

/// Number of servers in the whole fleet.
pub const SERVERS: usize = ZONES.len() * SHARDS;

/// Names a server by its index, `0..SERVERS`: `a0, a1, b0, b1, c0, c1`.
pub fn server_name(server: usize) -> String {
    format!("{}{}", zone(server), server % SHARDS)
}

/// The zone of a server; an index beyond the fleet wraps around.
pub fn zone(server: usize) -> &'static str {
    ZONES[(server / SHARDS) % ZONES.len()]
}

/// The name of the n-th key.
pub fn key_name(key: u32) -> String {
    format!("k{key:05}")
}

/// The shard of a key: its FNV-1a hash, spread, modulo the number of shards.
pub fn shard(key: &str) -> usize {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The last bytes of a key reach few bits of FNV-1a; folding and a multiplication spread them to the top.
    ((hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % SHARDS
}

/// Indices of the three servers that hold a key, one per zone, in the order of the zones.
pub fn replicas(key: &str) -> [usize; ZONES.len()] {
    let shard = shard(key);
    std::array::from_fn(|zone| zone * SHARDS + shard)
}

/// The replica that a server asks for a key it does not hold: the one in its own zone; none if it holds the key.
pub fn asks(server: &str, key: &str) -> Option<String> {
    let held_by = replicas(key).map(server_name);
    let in_zone = |name: &&String| name.as_bytes().first() == server.as_bytes().first();
    held_by.iter().find(in_zone).filter(|name| *name != server).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_replica_in_each_zone() {
        for key in 0..500 {
            let held_by = replicas(&key_name(key));
            assert_eq!(held_by.map(zone), ZONES);
        }
    }

    #[test]
    fn both_shards_hold_a_fair_part_of_neighbouring_keys() {
        for start in (0..2000).step_by(100) {
            let first = (start..start + 100).filter(|key| shard(&key_name(*key)) == 0).count();
            assert!((25..=75).contains(&first), "{first} of 100 keys from {start} in shard 0");
        }
    }

    #[test]
    fn a_server_asks_its_neighbour_for_what_it_does_not_hold() {
        let key = (0..100).map(key_name).find(|key| shard(key) == 1).unwrap();
        assert_eq!(asks("b0", &key).as_deref(), Some("b1"));
        assert_eq!(asks("b1", &key), None);
    }

    #[test]
    fn names_are_distinct() {
        let names: std::collections::BTreeSet<_> = (0..SERVERS).map(server_name).collect();
        assert_eq!(names.len(), SERVERS);
    }
}

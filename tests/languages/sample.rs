use std::collections::HashMap;

pub const LIMIT: usize = 10;

/// A cart of items.
#[derive(Debug, Clone)]
pub struct Cart {
    items: HashMap<String, u32>,
}

pub enum State {
    Open,
    Closed(u8),
}

pub trait Seller {
    fn sell(&self, name: &str) -> bool;
}

impl Seller for Cart {
    #[inline]
    fn sell(&self, name: &str) -> bool {
        let found = self.items.contains_key(name);
        found
    }
}

macro_rules! twice {
    ($x:expr) => {
        $x;
        $x
    };
}

ast_items! {
    pub struct Hidden {
        pub field: u8,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sells() {
        assert!(true);
    }
}

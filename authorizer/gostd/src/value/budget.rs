//! What one rendering may use up.

/// Bytes that may still be made, or as much work.
#[derive(Debug)]
pub struct Budget {
    left: usize,
}

impl Budget {
    /// So much may be used up.
    #[must_use]
    pub fn new(left: usize) -> Self {
        Self { left }
    }

    /// Pays for `cost` before it is spent.
    ///
    /// # Errors
    ///
    /// When not so much is left.
    pub fn charge(&mut self, cost: usize) -> Result<(), String> {
        match self.left.checked_sub(cost) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err("the template takes too many steps or makes too much text".to_owned()),
        }
    }

    /// What is left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left
    }
}

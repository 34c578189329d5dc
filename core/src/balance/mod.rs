//! Choosing where to send: weighted choice of n, its scores, and the soft health they read.
pub mod choice;
pub mod ejection;
pub mod health;
pub mod score;

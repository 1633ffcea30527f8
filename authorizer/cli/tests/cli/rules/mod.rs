//! `oathgate rules`: one file for each of its commands.

mod build;
mod check;
mod list;
mod test;

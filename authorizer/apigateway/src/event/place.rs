//! Where a request belongs: what API Gateway sends the backend, below the stage's base path.

use oathgate_engine::{
    Request,
    safety::{UnsafePath, is_same_path},
    stage::{BasePath, is_own_host},
};

use super::{Event, EventKind};

impl Event<'_> {
    /// Puts the request of this event below the base path, where the custom domain has the API.
    ///
    /// The same resource is reached under two paths: with the base path by way of the custom domain, without
    /// it under API Gateway's own host name. What the backend is sent is neither: it is the resource with its
    /// path parameters, so that is what decides which of the two was asked.
    ///
    /// # Errors
    /// A path that is neither of the two, or that cannot be told from another one since API Gateway decoded it.
    pub fn place(&self, request: &mut Request, base: Option<&BasePath>) -> Result<(), UnsafePath> {
        // The URL of a WebSocket has no path of its own.
        if self.kind == EventKind::WebSocket {
            return Ok(());
        }
        if self.kind == EventKind::HttpV2 && self.path.contains(['%', '?', '#']) {
            return Err(UnsafePath::Decoded);
        }
        let path = &request.url.path;
        let below = match (self.sent_path()?, base) {
            (Some(sent), Some(base)) if is_same_path(path, &base.join(&sent)) => None,
            (Some(sent), base) if is_same_path(path, &sent) => base,
            // A resource without parameters has one path, and rules may name the base path in front of it.
            (Some(_), None) if !self.template().contains('{') => None,
            (Some(_), _) => return Err(UnsafePath::OtherThanSent),
            (None, Some(base)) if is_own_host(&self.domain) => Some(base),
            (None, Some(base)) if !base.leads_to(path) => return Err(UnsafePath::OutsideBasePath),
            (None, _) => None,
        };
        if let Some(base) = below {
            request.url.path = base.join(path);
            request.request_uri = base.join(&request.request_uri);
        }
        Ok(())
    }

    /// The path of the API's resource or route, such as `/{proxy+}`.
    fn template(&self) -> &str {
        match self.kind {
            EventKind::HttpV2 => self.resource.split_once(' ').map_or("", |(_, path)| path),
            _ => &self.resource,
        }
    }

    /// The path that the backend is sent, below the integration's own; `None` where the event does not tell.
    fn sent_path(&self) -> Result<Option<String>, UnsafePath> {
        let template = self.template();
        if !template.starts_with('/') {
            return Ok(None);
        }
        let mut sent = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, after) = behind.split_once('}').ok_or(UnsafePath::OtherThanSent)?;
            let name = name.strip_suffix('+').unwrap_or(name);
            let mut parameters = self.path_parameters.iter();
            let (_, value) = parameters
                .find(|(known, _)| known == name)
                .ok_or(UnsafePath::OtherThanSent)?;
            sent.push_str(before);
            sent.push_str(value);
            rest = after;
        }
        sent.push_str(rest);
        Ok(Some(sent))
    }
}

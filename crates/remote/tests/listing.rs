//! Listings of every size, and servers that count badly.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use credenza_model::KindId;
use credenza_remote::{Limits, RemoteError};
use futures_util::future::join_all;
use tokio::sync::Barrier;

use support::{Act, Request, Stub, answer, json, limits, page, row};

const QUIET: &(dyn Fn(u32, Option<u32>) + Send + Sync) = &|_, _| ();

/// A server with this many rows, which gives at most so many at once.
fn rows(total: usize, most: usize) -> impl Fn(&Request) -> Act {
    move |request| {
        let offset = request.number("Offset").unwrap();
        let end = total.min(offset + most.min(request.number("Limit").unwrap()));
        let rows: Vec<String> = (offset..end).map(|number| row(number + 1)).collect();
        page(&rows, total, end < total)
    }
}

#[tokio::test]
async fn every_size_is_whole() {
    for total in [0, 1, 49, 50, 51, 100, 199, 200, 201, 999] {
        for most in [1_000, 200, 50, 7] {
            let stub = Stub::start(rows(total, most)).await;
            let listing = stub.account().list(KindId::Backup, QUIET).await.unwrap();
            assert!(listing.whole && listing.remarks.is_empty(), "{total}/{most}: {:?}", listing.remarks);
            assert!(listing.rows.iter().map(|row| row.id as usize).eq(1..=total), "{total}/{most}");
            let pages = total.div_ceil(most.min(200)).max(1);
            assert_eq!(stub.seen().len(), pages, "{total}/{most}: no page is asked for twice");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_rows_come_and_say_how_far_they_are() {
    let stub = Stub::start(rows(10_000, 50)).await;
    let told = Mutex::new(Vec::new());
    let listing =
        stub.account().list(KindId::Backup, &|so_far, all| told.lock().unwrap().push((so_far, all))).await.unwrap();
    assert!(listing.whole);
    assert_eq!(listing.rows.len(), 10_000);
    let told = told.into_inner().unwrap();
    assert_eq!(told.len(), 200);
    assert!(told.is_sorted() && told.iter().all(|(_, all)| *all == Some(10_000)));
    assert_eq!(told.last(), Some(&(10_000, Some(10_000))));
}

#[tokio::test]
async fn four_pages_are_asked_for_at_once() {
    let (asked, together) = (AtomicUsize::new(0), Arc::new(Barrier::new(4)));
    let stub = Stub::start(move |request| {
        let page = rows(500, 10)(request);
        // After the first page, four have to be under way for any of them to be answered.
        match asked.fetch_add(1, Ordering::SeqCst) {
            1..=4 => {
                let together = together.clone();
                Act::After(Box::pin(async move { _ = together.wait().await }), Box::new(page))
            }
            _ => page,
        }
    })
    .await;
    assert!(stub.account().list(KindId::Backup, QUIET).await.unwrap().whole);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_few_requests_are_under_way_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, top) = (now.clone(), most.clone());
    let stub = Stub::start(move |request| {
        top.fetch_max(count.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let count = count.clone();
        let wait = async move {
            tokio::task::yield_now().await;
            count.fetch_sub(1, Ordering::SeqCst);
        };
        Act::After(Box::pin(wait), Box::new(rows(500, 10)(request)))
    })
    .await;
    let account = stub.account();
    let all = join_all((0..4).map(|_| account.list(KindId::Backup, QUIET))).await;
    assert!(all.iter().all(|listing| listing.as_ref().unwrap().whole));
    assert!(most.load(Ordering::SeqCst) <= 6, "{most:?} at once");
}

#[tokio::test]
async fn the_older_generation_counts_without_saying_more() {
    let stub = Stub::start(|request| {
        let offset = request.number("Offset").unwrap();
        let rows: Vec<String> = (offset..120.min(offset + 50)).map(|number| row(number + 1)).collect();
        json(200, format!(r#"{{"data": [{}], "totalCount": 120}}"#, rows.join(",")))
    })
    .await;
    let listing = stub.account().list(KindId::Backup, QUIET).await.unwrap();
    assert!(listing.whole);
    assert_eq!(listing.rows.len(), 120);
}

#[tokio::test]
async fn a_count_that_does_not_fit_is_looked_at_twice_and_told() {
    let stub = Stub::start(|request| {
        let offset = request.number("Offset").unwrap();
        page(&if offset == 0 { vec![row(1), row(2)] } else { Vec::new() }, 3, false)
    })
    .await;
    let listing = stub.account().list(KindId::Backup, QUIET).await.unwrap();
    assert!(!listing.whole);
    assert_eq!(listing.rows.len(), 2);
    assert!(listing.remarks[0].contains("the account counts 3"), "{:?}", listing.remarks);
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_row_that_goes_between_two_pages_is_found_out() {
    // The first time, a row of the first page goes before the second page is asked for: one row is skipped.
    let asked = AtomicUsize::new(0);
    let stub = Stub::start(move |request| {
        let first = asked.fetch_add(1, Ordering::SeqCst) == 0;
        let ids: Vec<usize> = if first { (1..=5).collect() } else { (2..=5).collect() };
        let offset = request.number("Offset").unwrap();
        let rows: Vec<String> = ids.iter().skip(offset).take(2).map(|id| row(*id)).collect();
        page(&rows, ids.len(), offset + 2 < ids.len())
    })
    .await;
    let listing = stub.account().list(KindId::Backup, QUIET).await.unwrap();
    assert!(listing.whole);
    assert!(listing.rows.iter().map(|row| row.id).eq(2..=5));
}

#[tokio::test]
async fn a_server_that_repeats_itself_ends() {
    let stub = Stub::start(|_| page(&[row(1), row(2)], 1_000_000_000, true)).await;
    let listing = stub.account().list(KindId::Backup, QUIET).await.unwrap();
    assert!(!listing.whole);
    assert_eq!(listing.rows.len(), 2);
    assert!(stub.seen().len() < 20);
}

#[tokio::test]
async fn there_are_never_more_rows_than_a_bound() {
    let stub = Stub::start(rows(1_000, 50)).await;
    let account = stub.account_within(&Limits { rows: 120, ..limits() });
    let listing = account.list(KindId::Backup, QUIET).await.unwrap();
    assert!(!listing.whole);
    assert_eq!(listing.rows.len(), 150, "whole pages");
}

#[tokio::test]
async fn a_read_is_tried_again_when_that_may_help() {
    for (status, headers, tries) in [
        (429, "Retry-After: 0\r\n", 3),
        (429, "", 3),
        (429, "Retry-After: 3600\r\n", 1),
        (503, "", 3),
        (400, "", 1),
        (403, "", 1),
    ] {
        let asked = AtomicUsize::new(0);
        let stub = Stub::start(move |_| {
            if asked.fetch_add(1, Ordering::SeqCst) < 2 { answer(status, headers, "") } else { page(&[], 0, false) }
        })
        .await;
        let listing = stub.account().list(KindId::Backup, QUIET).await;
        assert_eq!(listing.is_ok(), tries == 3, "{status} {headers}");
        assert_eq!(stub.seen().len(), tries, "{status} {headers}");
        let Err(error) = listing else { continue };
        match status {
            403 => assert!(matches!(error, RemoteError::Forbidden(_))),
            429 => assert!(matches!(error, RemoteError::TooMany { after: Some(after), .. } if after.as_secs() == 3600)),
            _ => assert!(matches!(error, RemoteError::Rejected { .. })),
        }
    }
    let stub = Stub::start(|_| json(500, "")).await;
    assert!(matches!(stub.account().list(KindId::Backup, QUIET).await.unwrap_err(), RemoteError::Failed { .. }));
    assert_eq!(stub.seen().len(), 4, "four attempts and no more");
    let stub = Stub::start(|_| json(404, "")).await;
    assert!(matches!(stub.account().list(KindId::Tanzu, QUIET).await.unwrap_err(), RemoteError::NotFound(_)));
}

#[tokio::test]
async fn a_row_is_found_by_its_number_even_where_the_filter_is_ignored() {
    let stub = Stub::start(|request| match request.number("Id") {
        Some(7) => page(&[row(7)], 1, false),
        Some(_) => page(&[], 0, false),
        None => panic!("{}", request.target),
    })
    .await;
    assert_eq!(stub.account().find(KindId::Backup, 7).await.unwrap().unwrap().name, "row 7");
    assert_eq!(stub.account().find(KindId::Backup, 8).await.unwrap(), None);
    let stub = Stub::start(rows(300, 50)).await;
    assert_eq!(stub.account().find(KindId::Backup, 211).await.unwrap().unwrap().id, 211);
    assert_eq!(stub.account().find(KindId::Backup, 301).await.unwrap(), None);
    // A list that is not whole does not say that there is none.
    let stub = Stub::start(|_| page(&[r#"{"id": 7}"#.into()], 1, false)).await;
    assert!(matches!(stub.account().find(KindId::Backup, 7).await.unwrap_err(), RemoteError::Nonsense { .. }));
}

#[tokio::test]
async fn a_row_is_found_by_exactly_its_name() {
    let stub = Stub::start(|request| {
        assert_eq!(request.number("OrganizationId"), Some(1));
        let named = |id: usize, name: &str| format!(r#"{{"id": {id}, "s3Name": "{name}", "organizationId": 1}}"#);
        // This server's search knows no dashes.
        match request.target.contains("Search=") && request.target.contains('-') {
            true => page(&[], 0, false),
            false => page(&[named(1, "night"), named(2, "nightly"), named(3, "night-ly")], 3, false),
        }
    })
    .await;
    for (name, ids) in
        [("night", vec![1]), ("nightly", vec![2]), ("night-ly", vec![3]), ("Night", vec![]), ("a&b=c", vec![])]
    {
        let rows = stub.account().named(KindId::Backup, 1, name, true).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), ids, "{name}");
    }
    assert!(stub.seen().iter().any(|request| request.target.ends_with("Search=a%26b%3Dc")), "names are escaped");
}
